import { untilMoved } from '../../program/until-moved.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment } from '../bench-environment.js';

const POLL_MS = 200;

/**
 * Resolves when this many messages are in the target.
 * @param isOver whether anyone who brings them has ended.
 * @throws ProvingError `PROVING_STALLED` when it has, or when nothing has come for a minute.
 */
export async function untilMirrored(
  { signal }: Pick<BenchEnvironment, 'signal'>,
  who: string,
  target: { count(): Promise<number> },
  messages: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  const check = async () => {
    const found = await target.count();
    const missing = `${who} has moved ${found} of ${messages} entries`;
    if (found < messages && isOver()) throw new ProvingError('PROVING_STALLED', `${missing}, and has ended`);
    return { isDone: found >= messages, progress: found, missing: () => [missing] };
  };
  await untilMoved(`${messages} messages`, check, { signal, pollMs: () => POLL_MS });
}
