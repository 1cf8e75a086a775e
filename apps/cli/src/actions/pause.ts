import { pauseKeys, resumeKeys } from '@redis-to-mongo/operations';
import type { AllowNone } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';

/** Keys that are marked by one command, and requested by one. */
const TOGETHER = 200;

export async function pause(
  call: Call,
  patterns: readonly string[],
  { allowNone }: AllowNone,
): Promise<Ending> {
  const db = await call.clients.db();
  return await changeKeys(call, { allowNone, patterns, action: 'pause', together: TOGETHER }, (keys) =>
    pauseKeys({ db }, keys),
  );
}

export async function resume(
  call: Call,
  patterns: readonly string[],
  { allowNone }: AllowNone,
): Promise<Ending> {
  const fleet = { db: await call.clients.db(), queue: await call.clients.queue() };
  const about = { action: 'resume', condition: 'paused', together: TOGETHER } as const;
  return await changeKeys(call, { allowNone, patterns, ...about }, (keys) => resumeKeys(fleet, keys));
}
