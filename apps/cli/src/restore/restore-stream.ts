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
import { endKey, NEVER, pagesOf, requireKept, sendPart, type Written } from './send-all.js';

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
  await sendPart(target, key, [
    ['XGROUP', 'CREATE', key, GROUP, '0', 'MKSTREAM'],
    ['XGROUP', 'DESTROY', key, GROUP],
  ]);
  let count = 0;
  let lastEntry = BEFORE_FIRST;
  for await (const page of pagesOf(entriesOf(db, state, isPartial))) {
    await sendPart(
      target,
      key,
      page.map((entry) => ['XADD', key, ...entry]),
    );
    count += page.length;
    lastEntry = page.at(-1)?.[0] ?? lastEntry;
  }
  const lastId = lastIdOf(state, lastEntry);
  if (lastId !== BEFORE_FIRST) await sendPart(target, key, [['XSETID', key, lastId]]);
  await requireKept(target, ['XLEN', key], count);
  await endKey(target, key, state.expiresAt);
  return { items: count, endsAt: state.expiresAt?.getTime() ?? NEVER };
}

/** Each entry as XADD takes it. @throws SyncError RESTORE_INCOMPLETE, MIRROR_DAMAGED. */
async function* entriesOf(
  db: Database,
  state: KeyState,
  isPartial: boolean,
): AsyncGenerator<readonly [id: string, ...(string | Buffer)[]]> {
  for await (const message of mirroredEntries(db, state, { withDead: true })) {
    const { pairs, left } = decoded(message);
    if (left > 0 && !isPartial) throw incomplete(message.entryId, left);
    // Redis refuses an entry without fields.
    if (pairs.length > 0) yield [message.entryId, ...pairs.flat()];
  }
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
