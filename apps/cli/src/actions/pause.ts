import { pauseKey, resumeKey } from '@redis-to-mongo/operations';
import type { AllowNone } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';

export async function pause(
  call: Call,
  patterns: readonly string[],
  { allowNone }: AllowNone,
): Promise<Ending> {
  const db = await call.clients.db();
  return await changeKeys(call, { allowNone, patterns, action: 'pause' }, (key) => pauseKey({ db }, key));
}

export async function resume(
  call: Call,
  patterns: readonly string[],
  { allowNone }: AllowNone,
): Promise<Ending> {
  const fleet = { db: await call.clients.db(), queue: await call.clients.queue() };
  return await changeKeys(call, { allowNone, patterns, action: 'resume', condition: 'paused' }, (key) =>
    resumeKey(fleet, key),
  );
}
