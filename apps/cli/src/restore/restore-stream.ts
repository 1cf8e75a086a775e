import { type MirroredEntry, mirroredEntries } from '@redis-to-mongo/mongo-sink';
import {
  BEFORE_FIRST,
  compareEntryIds,
  type DecodedEntry,
  decodeEntry,
  isEntryId,
  type KeyState,
  keyBytes,
  SyncError,
} from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../clients.js';
import {
  type Command,
  endKey,
  NEVER,
  partPages,
  requireKept,
  type SmallKey,
  sendPart,
  type Written,
} from './send-all.js';

const GROUP = 'redis-to-mongo-restore';

/**
 * Writes the stream's present incarnation into another Redis: all entries with their ids, dead letters included, the last id
 * that the stream gave out, and the time at which it expires. Consumer groups are not mirrored. What a rule renamed or
 * parsed comes back as it was.
 * @param isPartial restores entries without the fields that a rule left out. Entries without other fields are not restored.
 * @param key the name to write it under; default: its own.
 * @returns the entries written, and when all of them expire.
 * @throws SyncError RESTORE_INCOMPLETE if fields were left out and `isPartial` is not set; RESTORE_LOST; else as redisError
 * and mongoError.
 */
export async function restoreStream(
  target: RedisClient,
  db: Database,
  state: KeyState,
  isPartial: boolean,
  key = keyBytes(state.key),
): Promise<Written> {
  // Also creates a stream that has no entries left.
  await sendPart(target, key, created(key));
  let count = 0;
  let lastEntry = BEFORE_FIRST;
  for await (const page of partPages(entriesOf(db, state, isPartial))) {
    await sendPart(target, key, added(key, page));
    count += page.length;
    lastEntry = page.at(-1)?.[0] ?? lastEntry;
  }
  await sendPart(target, key, ended(key, state, lastEntry));
  await requireKept(target, ['XLEN', key], count);
  await endKey(target, key, state.expiresAt);
  return { items: count, endsAt: state.expiresAt?.getTime() ?? NEVER };
}

/**
 * The commands that write a whole short stream: see restoreStream.
 * @param messages all of the present incarnation, in stream order.
 * @returns `undefined` for a stream that cannot be restored: restoreStream says why.
 */
export function shortStream(
  key: Buffer,
  state: KeyState,
  messages: readonly MirroredEntry[],
  isPartial: boolean,
): SmallKey | undefined {
  let entries: readonly Entry[];
  try {
    entries = messages.flatMap((message) => {
      const entry = entryOf(message, isPartial);
      return entry ? [entry] : [];
    });
  } catch {
    return undefined;
  }
  const lastEntry = entries.at(-1)?.[0] ?? BEFORE_FIRST;
  return {
    commands: [...created(key), ...added(key, entries), ...ended(key, state, lastEntry)],
    sizeCommand: 'XLEN',
    size: entries.length,
    items: entries.length,
    expiresAt: state.expiresAt,
  };
}

/** An entry's id, names and values, as XADD takes them. */
type Entry = readonly [id: string, ...(string | Buffer)[]];

/** Creates a stream, which may stay without entries. */
function created(key: Buffer): Command[] {
  return [
    ['XGROUP', 'CREATE', key, GROUP, '0', 'MKSTREAM'],
    ['XGROUP', 'DESTROY', key, GROUP],
  ];
}

function added(key: Buffer, entries: readonly Entry[]): Command[] {
  return entries.map((entry) => ['XADD', key, ...entry]);
}

/** Sets the last id that the stream gave out. */
function ended(key: Buffer, state: KeyState, lastEntry: string): Command[] {
  const lastId = lastIdOf(state, lastEntry);
  return lastId === BEFORE_FIRST ? [] : [['XSETID', key, lastId]];
}

/** @throws SyncError RESTORE_INCOMPLETE, MIRROR_DAMAGED. */
async function* entriesOf(db: Database, state: KeyState, isPartial: boolean): AsyncGenerator<Entry> {
  for await (const message of mirroredEntries(db, state, { withDead: true })) {
    const entry = entryOf(message, isPartial);
    if (entry) yield entry;
  }
}

/** @returns `undefined` for an entry without fields, which Redis refuses. @throws as entriesOf. */
function entryOf(message: MirroredEntry, isPartial: boolean): Entry | undefined {
  const { pairs, left } = decoded(message);
  if (left > 0 && !isPartial) throw incomplete(message.entryId, left);
  return pairs.length > 0 ? [message.entryId, ...pairs.flat()] : undefined;
}

/**
 * The last id that the stream gave out. MongoDB can have a later entry if a worker died before it saved the position, or
 * if the message is not the fleet's.
 */
function lastIdOf({ position }: KeyState, lastEntry: string): string {
  const lastId = position?.lastId;
  return isEntryId(lastId) && compareEntryIds(lastId, lastEntry) > 0 ? lastId : lastEntry;
}

/** @throws SyncError MIRROR_DAMAGED. */
function decoded(message: MirroredEntry): DecodedEntry {
  try {
    return decodeEntry(message);
  } catch (cause) {
    throw new SyncError(
      'MIRROR_DAMAGED',
      'unknown',
      `entry ${message.entryId}: its message is damaged: run verify --repair while Redis has it`,
      { cause },
    );
  }
}

function incomplete(entryId: string, left: number): SyncError {
  return new SyncError(
    'RESTORE_INCOMPLETE',
    'unknown',
    `entry ${entryId}: a rule left out ${left} of its fields, and MongoDB does not have them: add --partial to restore the others`,
  );
}
