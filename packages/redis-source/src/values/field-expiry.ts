import { SyncError } from '@redis-to-mongo/pipeline';
import { Command, type Redis } from 'ioredis';
import type { Item } from './value-type.js';

const FIELDS_AT_ONCE = 1000;
const NEVER = Buffer.alloc(0);

/**
 * Completes the fields of a hash with the times at which they expire (ms since 1970, as text; empty for never), where
 * the server knows such times (Redis 7.4 and later: found out once). In a small hash they are asked right behind the
 * values, so they may be younger than these; a field that has expired in between is left out.
 */
export function fieldExpiry(): (
  client: Redis,
  key: Buffer,
  items: readonly Item[],
) => Promise<readonly Item[]> {
  let isKnown: boolean | undefined;
  return async (client, key, items) => {
    if (isKnown === false) return items;
    const completed: Item[] = [];
    for (let i = 0; i < items.length; i += FIELDS_AT_ONCE) {
      const some = items.slice(i, i + FIELDS_AT_ONCE);
      const times = await askTimes(client, key, some).catch((error: unknown) => {
        if (isKnown !== true && error instanceof Error && /unknown command|NOPERM/i.test(error.message))
          return undefined;
        throw error;
      });
      isKnown = times !== undefined;
      if (!times) return items;
      some.forEach((item, at) => {
        const time = Number(times[at]);
        if (time !== -2) completed.push([...item, time > 0 ? Buffer.from(String(time)) : NEVER]);
      });
    }
    return completed;
  };
}

async function askTimes(client: Redis, key: Buffer, items: readonly Item[]): Promise<unknown[]> {
  const fields = items.flatMap(([field]) => field ?? []);
  const reply: unknown = await client.sendCommand(
    new Command('HPEXPIRETIME', [key, 'FIELDS', String(fields.length), ...fields]),
  );
  if (reply === null) return items.map(() => -2); // the key is gone
  if (!Array.isArray(reply) || reply.length !== fields.length)
    throw new SyncError('REDIS_REPLY', 'unknown', 'HPEXPIRETIME: the reply is not of the documented form');
  return reply;
}
