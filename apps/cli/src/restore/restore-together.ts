import { isValueType } from '@redis-to-mongo/key-types';
import {
  type MirroredEntry,
  messagesOfStreams,
  mirroredValues,
  readKeys,
  streamsWithLetters,
} from '@redis-to-mongo/mongo-sink';
import { bulksOf, type KeyState, keyBytes, pagesOf, restoringKey, SyncError } from '@redis-to-mongo/pipeline';
import { parseStreamPosition } from '@redis-to-mongo/redis-source';
import type { Database, RedisClient } from '../clients.js';
import type { Restored, RestoreOptions } from './restore-key.js';
import { shortStream } from './restore-stream.js';
import { smallValue } from './restore-value.js';
import {
  asPart,
  BYTES_AT_ONCE,
  bytesOf,
  type Command,
  expiryOf,
  type SmallKey,
  sendEach,
} from './send-all.js';

/** A stream with more messages ever is restored alone. */
const MOST_MESSAGES = 100;
/** Streams read at once. */
const STREAMS_AT_ONCE = 100;

/** A small key, and the temporary name that it has until it is complete. */
interface NamedKey extends SmallKey {
  readonly state: KeyState;
  readonly name: Buffer;
}

/**
 * Restores many small values and short streams with a few commands, as restoreKey does one.
 * @returns the keys that are restored, or that the target has already. Each other key has to be restored alone, which also
 * shows why it fails.
 * @throws SyncError of class configuration.
 */
export async function restoreTogether(
  target: RedisClient,
  db: Database,
  keys: readonly string[],
  options: RestoreOptions,
): Promise<readonly Restored[]> {
  const restored: Restored[] = [];
  if (keys.length === 1) return restored;
  try {
    const active = (await readKeys(db, keys)).filter(isSmall);
    const there = options.isReplaced ? new Set() : await existing(target, active);
    for (const { key, keyType } of active)
      if (there.has(key)) restored.push({ key, keyType, result: 'there already', items: 0 });
    const states = active.filter(({ key }) => !there.has(key));
    const small = smallKeys(db, states, options.isPartial);
    for await (const page of pagesOf(small, Number.POSITIVE_INFINITY, commandBytes, BYTES_AT_ONCE))
      restored.push(...(await write(target, page, options.isReplaced)));
  } catch (error) {
    // After any other error, the rest is restored key by key, with further attempts.
    if (error instanceof SyncError && error.errorClass === 'configuration') throw error;
  }
  return restored;
}

function isSmall(state: KeyState): boolean {
  const { status, keyType, counts } = state;
  if (status !== 'active' || counts.dead > 0) return false;
  return isValueType(keyType) || (counts.seen <= MOST_MESSAGES && messageBytes(state) <= BYTES_AT_ONCE);
}

async function existing(target: RedisClient, states: readonly KeyState[]): Promise<ReadonlySet<string>> {
  const replies = await sendEach(
    target,
    states.map(({ key }) => ['EXISTS', keyBytes(key)]),
  );
  return new Set(states.flatMap(({ key }, i) => (replies[i] === 1 ? [key] : [])));
}

/** The keys that can be restored together with others. */
async function* smallKeys(
  db: Database,
  states: readonly KeyState[],
  isPartial: boolean,
): AsyncGenerator<NamedKey> {
  const values = states.filter(({ keyType }) => isValueType(keyType));
  for await (const [state, value] of mirroredValues(db, values)) {
    const name = restoringKey(keyBytes(state.key));
    const small = await smallValue(name, state.keyType, value).catch(() => undefined);
    if (small) yield { ...small, state, name };
  }
  const streams = states.filter(({ keyType }) => !isValueType(keyType));
  for (const some of bulksOf(streams, { sizeOf: messageBytes, size: BYTES_AT_ONCE, count: STREAMS_AT_ONCE }))
    for (const [state, messages] of await readStreams(db, some)) {
      const name = restoringKey(keyBytes(state.key));
      const small = shortStream(name, state, messages, isPartial);
      if (small) yield { ...small, state, name };
    }
}

/** The messages of streams, without the streams that have dead letters or messages that are not entries. */
async function readStreams(db: Database, states: readonly KeyState[]) {
  const streams = new Map<KeyState, MirroredEntry[]>(states.map((state) => [state, []]));
  for (const state of await streamsWithLetters(db, states)) streams.delete(state);
  for await (const { state, entry } of messagesOfStreams(db, [...streams.keys()], [])) {
    if (entry) streams.get(state)?.push(entry);
    else streams.delete(state);
  }
  return streams;
}

/** Writes keys under temporary names, checks that the target has all of each, and renames them. @returns those renamed. */
async function write(
  target: RedisClient,
  keys: readonly NamedKey[],
  isReplaced: boolean,
): Promise<readonly Restored[]> {
  const { stream } = target;
  const written = await succeeding(target, keys, ({ name, commands, sizeCommand, size }) => ({
    commands: [...asPart(name, commands), ...(sizeCommand ? [[sizeCommand, name]] : [])],
    isWell: (last) => sizeCommand === undefined || Number(last) >= size,
  }));
  // After a lost connection, ioredis repeats commands, so parts may be there twice.
  const isCut = target.stream !== stream;
  const renamed = await succeeding(target, isCut ? [] : written, ({ name, state, expiresAt }) => ({
    commands: [expiryOf(name, expiresAt), [isReplaced ? 'RENAME' : 'RENAMENX', name, keyBytes(state.key)]],
    isWell: (last) => last === 'OK' || last === 1,
  }));
  const done = new Set(renamed);
  const left = keys.filter((key) => !done.has(key));
  if (left.length > 0) await sendEach(target, [['DEL', ...left.map(({ name }) => name)]]);
  return renamed.map(({ state: { key, keyType }, items }) => ({ key, keyType, result: 'restored', items }));
}

/** Sends the commands of all keys in one pipeline. @returns the keys with no error whose last reply is well. */
async function succeeding(
  target: RedisClient,
  keys: readonly NamedKey[],
  of: (key: NamedKey) => { readonly commands: readonly Command[]; isWell(lastReply: unknown): boolean },
): Promise<readonly NamedKey[]> {
  const asked = keys.map(of);
  const replies = await sendEach(
    target,
    asked.flatMap(({ commands }) => commands),
  );
  let next = 0;
  return keys.filter((_, i) => {
    const { commands = [], isWell } = asked[i] ?? {};
    const mine = replies.slice(next, next + commands.length);
    next += commands.length;
    return isWell?.(mine.at(-1)) && !mine.some((reply) => reply instanceof Error);
  });
}

function commandBytes({ commands }: NamedKey): number {
  return commands.reduce((sum, command) => sum + bytesOf(command), 0);
}

/** About the bytes of a stream's messages, as its last run measured them. */
function messageBytes({ position, counts }: KeyState): number {
  const { entryBytes = 0 } = parseStreamPosition(position) ?? {};
  return entryBytes * counts.seen;
}
