import { deadAmong, type MirroredEntry, mirroredEntries } from '@redis-to-mongo/mongo-sink';
import { compareEntryIds, decodeEntry, entryTime, type KeyState, keyBytes } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Difference } from './difference.js';
import type { Database, RedisClient } from './sides.js';

/** An entry as Redis holds it: its fields and values one after the other. */
export interface SourceEntry {
  readonly entryId: string;
  readonly flat: readonly Buffer[];
}

export interface CompareOptions {
  /** How long after an entry's time MongoDB removes its message, in ms, where a rule says so: then it is not missing. */
  readonly ttlMs?: number | undefined;
  /** Given every entry that is missing or different, page by page. */
  readonly onWrong?: (entries: readonly SourceEntry[]) => Promise<void>;
}

const PAGE = 500;
/** How many problems are told in words; all are counted. */
const TOLD = 5;

/**
 * Compares the entries that a stream holds with those that MongoDB has of its present life, both in order, field by
 * field. Entries that come in meanwhile are left out. What Redis has dropped since it was synced is no difference: the
 * mirror is there to keep it. Dead letters are no difference either, nor are fields that a rule left out: of those that
 * are stored each has to be the entry's, and their number has to be right.
 */
export async function compareStream(
  redis: RedisClient,
  db: Database,
  state: KeyState,
  { ttlMs, onWrong }: CompareOptions = {},
): Promise<Difference> {
  const found = { compared: 0, missing: 0, different: 0 };
  const problems: string[] = [];
  const tell = (problem: string) => {
    if (problems.length < TOLD) problems.push(problem);
  };
  const mirrored = mirroredEntries(db, state, { withDead: false });
  let there = await mirrored.next();
  for await (const page of sourcePages(redis, state.key)) {
    const missing: SourceEntry[] = [];
    const wrong: SourceEntry[] = [];
    for (const entry of page) {
      found.compared++;
      while (!there.done && compareEntryIds(there.value.entryId, entry.entryId) < 0)
        there = await mirrored.next();
      if (there.done || there.value.entryId !== entry.entryId) missing.push(entry);
      else if (!isSame(entry, there.value)) {
        wrong.push(entry);
        tell(`${entry.entryId} has other fields`);
      }
    }
    found.different += wrong.length;
    if (missing.length > 0) {
      const dead = await deadAmong(
        db,
        state,
        missing.map(({ entryId }) => entryId),
      );
      for (const entry of missing)
        if (!dead.has(entry.entryId) && !isRemoved(entry, ttlMs)) {
          wrong.push(entry);
          found.missing++;
          tell(`${entry.entryId} is missing`);
        }
    }
    if (wrong.length > 0) await onWrong?.(wrong);
  }
  await mirrored.return(undefined);
  return { ...found, problems };
}

async function* sourcePages(redis: RedisClient, keyId: string): AsyncGenerator<readonly SourceEntry[]> {
  const key = keyBytes(keyId);
  try {
    const [newest] = await redis.xrevrangeBuffer(key, '+', '-', 'COUNT', 1);
    if (!newest) return;
    const upTo = String(newest[0]);
    for (let from = '-'; ; ) {
      const page = await redis.xrangeBuffer(key, from, upTo, 'COUNT', PAGE);
      const last = page.at(-1);
      if (!last) return;
      yield page.map(([id, flat]) => ({ entryId: String(id), flat }));
      if (page.length < PAGE) return;
      from = `(${String(last[0])}`;
    }
  } catch (error) {
    throw redisError(error);
  }
}

function isRemoved({ entryId }: SourceEntry, ttlMs: number | undefined): boolean {
  const at = entryTime(entryId);
  return at !== undefined && ttlMs !== undefined && at.getTime() + ttlMs <= Date.now();
}

/** Whether the stored fields are those of the entry, in its order, without as many as were left out. */
function isSame({ flat }: SourceEntry, mirrored: MirroredEntry): boolean {
  const stored = decoded(mirrored);
  if (!stored?.isIntact || stored.pairs.length + stored.left !== flat.length / 2) return false;
  let i = 0;
  for (const [name, value] of stored.pairs) {
    while (i < flat.length && !(flat[i]?.equals(name) && flat[i + 1]?.equals(value))) i += 2;
    if (i >= flat.length) return false;
    i += 2;
  }
  return true;
}

function decoded(mirrored: MirroredEntry) {
  try {
    return decodeEntry(mirrored);
  } catch {
    return undefined; // not of a form that the fleet writes
  }
}
