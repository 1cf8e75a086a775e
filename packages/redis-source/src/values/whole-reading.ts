import type { Item, ItemDetail } from '@redis-to-mongo/key-types';
import { SyncError } from '@redis-to-mongo/pipeline';
import { isCommandRefused, redisError } from '@redis-to-mongo/redis-connection';
import { Command, type Redis } from 'ioredis';
import type { KeyExpiry } from '../key-expiry.js';
import type { ServerSource } from './server-source.js';

/** A value at one instant. */
export interface Whole {
  readonly items: readonly Item[];
  /** In ms since 1970; null for never. */
  readonly expiresAt: number | null;
}

/** Number of readings by MULTI before a script is tried, and before the key is left to its next job. */
const BEFORE_SCRIPT = 3;
const MOST_READINGS = 20;

/**
 * Reads a whole value, with its details and expiry time, at one instant. The details are asked by the items'
 * names, so the names are read first; then value, details and expiry time in one MULTI. If the names have
 * changed meanwhile, this is repeated. A value whose names change too fast is read by a script.
 * @returns `undefined` if the key is gone.
 * @throws SyncError VALUE_KEEPS_CHANGING if the names keep changing and the user may not run scripts;
 * otherwise the error of ioredis.
 */
export async function readWhole(
  server: Redis,
  source: ServerSource,
  expiry: KeyExpiry,
  key: Buffer,
): Promise<Whole | undefined> {
  const detail = await source.knownDetail(server, key);
  const [command, ...args] = source.whole.command(key);
  let asked: readonly Item[] = [];
  for (let reading = 1; reading <= MOST_READINGS; reading++) {
    const transaction = server
      .multi()
      .callBuffer(command, ...args)
      .call(expiry.command, key);
    for (const [name, ...words] of detail?.commands(key, asked) ?? []) transaction.call(name, ...words);
    const [reply, timeReply, ...details] = unpack(await transaction.exec());
    const items = source.whole.items(reply);
    if (!items) return undefined;
    const completed = detail ? detail.complete(items, asked, details) : items;
    if (completed) return { items: completed, expiresAt: expiry.at(timeReply) };
    asked = items;
    const byScript =
      reading === BEFORE_SCRIPT && detail
        ? await readByScript(server, source, detail, expiry, key)
        : undefined;
    if (byScript) return byScript;
  }
  throw new SyncError(
    'VALUE_KEEPS_CHANGING',
    'unknown',
    `the names in the value changed during each of ${MOST_READINGS} readings: ` +
      'allow the Redis user to run EVAL_RO, which reads it atomically; the next job tries again',
  );
}

/** Adds details to a page of items, read after the page. */
export async function detailed(
  client: Redis,
  detail: ItemDetail,
  key: Buffer,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const replies = await Promise.all(
    detail.commands(key, items).map(([name, ...words]) => client.sendCommand(new Command(name, words))),
  );
  return detail.complete(items, items, replies) ?? [];
}

/** `undefined` if the user may not run scripts. */
async function readByScript(
  server: Redis,
  source: ServerSource,
  detail: ItemDetail,
  expiry: KeyExpiry,
  key: Buffer,
): Promise<Whole | undefined> {
  const script = new Command('EVAL_RO', [detail.script, '1', key, expiry.command], { replyEncoding: null });
  try {
    const reply: unknown = await server.sendCommand(script);
    const [whole, timeReply, details] = Array.isArray(reply) ? reply : [];
    const items = source.whole.items(whole) ?? [];
    return { items: detail.complete(items, items, [details]) ?? [], expiresAt: expiry.at(timeReply) };
  } catch (error) {
    if (isCommandRefused(error)) return undefined;
    throw error;
  }
}

export function unpack(replies: [error: Error | null, result: unknown][] | null): unknown[] {
  if (!replies) throw new SyncError('REDIS_REPLY', 'unknown', 'Redis: EXEC answered nothing');
  return replies.map(([error, result]) => {
    if (error) throw redisError(error);
    return result;
  });
}
