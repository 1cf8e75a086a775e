import { pagesOf, SyncError } from '@redis-to-mongo/pipeline';
import { redisError, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** What was written of a key. */
export interface Written {
  /** Entries or items. */
  readonly items: number;
  /** When Redis removes the key, or the last of its items, in ms since 1970; NEVER if it does not. */
  readonly endsAt: number;
}

/** A command's name and arguments. */
export type Command = readonly (string | Buffer)[];

/** A key that one pipeline writes whole. */
export interface SmallKey {
  readonly commands: readonly Command[];
  /** Asks for its size; absent if no command reports it. */
  readonly sizeCommand?: string | undefined;
  /** What it answers at least, once the key is written. */
  readonly size: number;
  /** Entries or items. */
  readonly items: number;
  readonly expiresAt: Date | null | undefined;
}

/** The time of what does not expire. */
export const NEVER = Number.POSITIVE_INFINITY;

/** An unfinished key expires after this many ms without a write: the process that wrote it has died. */
const ABANDONED_MS = 3_600_000;

/** Sends commands that write a part of a key. The key expires if the rest does not follow: see endKey. @throws as sendAll. */
export async function sendPart(redis: RedisClient, key: Buffer, commands: readonly Command[]): Promise<void> {
  await sendAll(redis, asPart(key, commands));
}

/**
 * Commands that write a part of a key, or all of it, with its temporary expiry time. The key has it from its first command on,
 * because the connection can be cut between any two commands.
 */
export function asPart(key: Buffer, commands: readonly Command[]): readonly Command[] {
  const [first, ...others] = commands;
  return first ? [first, ['PEXPIRE', key, String(ABANDONED_MS)], ...others] : [];
}

/** Ends a complete key: it stays, or gets its own expiry time. @throws as sendAll. */
export async function endKey(
  redis: RedisClient,
  key: Buffer,
  expiresAt: Date | null | undefined,
): Promise<void> {
  await sendAll(redis, [expiryOf(key, expiresAt)]);
}

/** Sets a complete key's own expiry time, or none. */
export function expiryOf(key: Buffer, expiresAt: Date | null | undefined): Command {
  return expiresAt ? ['PEXPIREAT', key, String(expiresAt.getTime())] : ['PERSIST', key];
}

/**
 * Checks that the target still has all items of an unfinished key. A target that evicts keys may have removed it between two
 * pages, and then holds only the later ones.
 * @param command returns the key's size.
 * @param given the number of items written, or of bytes.
 * @param expiresFrom when the first item expires, in ms since 1970. From then on, `staying` items are enough.
 * @throws SyncError RESTORE_LOST; else as sendAll.
 */
export async function requireKept(
  redis: RedisClient,
  command: readonly [string, Buffer],
  given: number,
  expiresFrom = NEVER,
  staying = given,
): Promise<void> {
  const [size] = await sendAll(redis, [command]);
  if (Number(size) >= given) return;
  if (Number(size) < staying || !(await isPast(redis, expiresFrom))) throw lost();
}

/** Whether the target's clock has reached a time, in ms since 1970. @throws as sendAll. */
export async function isPast(redis: RedisClient, time: number): Promise<boolean> {
  if (time === NEVER) return false;
  const [now] = await sendAll(redis, [['TIME']]);
  return Array.isArray(now) && Number(now[0]) * 1000 + Number(now[1]) / 1000 >= time;
}

/** The error for an unfinished key that the target has removed. */
export function lost(): SyncError {
  return new SyncError(
    'RESTORE_LOST',
    'unknown',
    'the target removed parts of it before it was complete: see its maxmemory and maxmemory-policy',
  );
}

/** The size of a page: entries or items, and about this many bytes. */
const AT_ONCE = 500;
export const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Groups parts of a key into pages, each sent in one pipeline. @param isWhole puts all parts into one page. */
export function partPages<Part extends Command>(
  parts: AsyncIterable<Part>,
  isWhole = false,
): AsyncGenerator<readonly Part[]> {
  return isWhole ? pagesOf(parts, ALL, bytesOf, ALL) : pagesOf(parts, AT_ONCE, bytesOf, BYTES_AT_ONCE);
}

const ALL = Number.POSITIVE_INFINITY;

/** The bytes of a part of a key, or of a command. */
export function bytesOf(part: Command): number {
  return part.reduce((sum, each) => sum + each.length, 0);
}

/** Sends commands in one pipeline, and returns the replies. @throws SyncError as redisError, for the first that failed. */
export async function sendAll(redis: RedisClient, commands: readonly Command[]): Promise<readonly unknown[]> {
  const replies = await sendEach(redis, commands);
  for (const reply of replies) if (reply instanceof Error) throw redisError(reply, 'to');
  return replies;
}

/** Sends commands in one pipeline, and returns the reply or the error of each. @throws SyncError as redisError. */
export async function sendEach(
  redis: RedisClient,
  commands: readonly Command[],
): Promise<readonly unknown[]> {
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.call(String(name), ...args);
  const replies = await pipeline.exec().catch(throwRedisError('to'));
  return (replies ?? []).map(([error, reply]) => error ?? reply);
}
