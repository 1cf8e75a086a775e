import { setTimeout as sleep } from 'node:timers/promises';
import { ProvingError } from '../../proving-error.js';
import type { BenchPlace } from '../bench-place.js';

const POLL_MS = 200;
/** Without any progress for this long, in ms, waiting is given up. */
const STALL_MS = 60_000;

/**
 * Resolves when so many messages are in the target.
 * @param isOver whether whoever brings them has ended.
 * @throws ProvingError `PROVING_STALLED` when it has, or when nothing has come for a minute.
 */
export async function untilThere(
  place: Pick<BenchPlace, 'signal'>,
  who: string,
  target: { count(): Promise<number> },
  messages: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  let best = -1;
  let since = performance.now();
  for (;;) {
    place.signal.throwIfAborted();
    const found = await target.count();
    if (found >= messages) return;
    if (found > best) {
      best = found;
      since = performance.now();
    }
    if (isOver() || performance.now() - since > STALL_MS)
      throw new ProvingError(
        'PROVING_STALLED',
        `${who} has moved ${found} of ${messages} entries, and no more`,
      );
    await sleep(POLL_MS, undefined, { signal: place.signal });
  }
}
