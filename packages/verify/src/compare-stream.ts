import {
  type Adoption,
  deadAmong,
  type MirroredEntry,
  mirroredEntries,
  readAdoption,
  readKey,
  strayMessages,
} from '@redis-to-mongo/mongo-sink';
import {
  compareEntryIds,
  decodedIfKnown,
  entryTime,
  type KeyState,
  type RuleSpec,
} from '@redis-to-mongo/pipeline';
import type { StreamInfo } from '@redis-to-mongo/redis-source';
import { compareExpiry } from './compare-expiry.js';
import type { Difference } from './difference.js';
import { Problems } from './problems.js';
import type { Database, RedisClient } from './sides.js';
import { type SourceEntry, sourceInfo, sourcePages } from './source-stream.js';

export interface CompareOptions {
  /** How long after an entry's time MongoDB removes its message, in ms, where a rule says so: then it is not missing. */
  readonly ttlMs?: number | undefined;
  /** Whose collections are looked at for messages that should not be there. */
  readonly rules?: readonly RuleSpec[] | undefined;
  /** Given every entry that is missing or different, page by page. */
  readonly onWrong?: (entries: readonly SourceEntry[]) => Promise<void>;
}

/**
 * Compares the entries that a stream holds with those that MongoDB has of its present incarnation, both in order, field by
 * field, and finds messages that it never had, and a time of expiry that is another one. Entries that come in meanwhile are
 * left out. What Redis has dropped since it was synced is no difference: the mirror is there to keep it. Dead letters are no
 * difference either, nor are fields that a rule left out: of those that are stored each has to be the entry's, and their
 * number has to be right.
 */
export async function compareStream(
  redis: RedisClient,
  db: Database,
  state: KeyState,
  { ttlMs, rules = [], onWrong }: CompareOptions = {},
): Promise<Difference> {
  const problems = new Problems();
  const adoption = state.incarnation === 1 ? await readAdoption(db, state.key) : undefined;
  const unknown = new UnknownMessages(await sourceInfo(redis, state.key));
  const onStray = (id: string) => problems.addDifferent(`${id} is not one of its entries`);
  const mirrored = mirroredEntries(db, state, { withDead: false, onStray });
  try {
    let there = await mirrored.next();
    for await (const page of sourcePages(redis, state.key)) {
      problems.addCompared(page.length);
      const missing: SourceEntry[] = [];
      const wrong: SourceEntry[] = [];
      for (const entry of page) {
        for (; !there.done && compareEntryIds(there.value.entryId, entry.entryId) < 0; ) {
          unknown.add(there.value.entryId);
          there = await mirrored.next();
        }
        if (there.done || there.value.entryId !== entry.entryId) {
          missing.push(entry);
          continue;
        }
        const problem = entryProblem(entry, there.value);
        there = await mirrored.next();
        if (problem === undefined) continue;
        wrong.push(entry);
        problems.addDifferent(`${entry.entryId} ${problem}`);
      }
      for (const entry of await withoutDead(db, state, missing)) {
        if (isRemoved(entry, ttlMs) || isWithoutId(entry, adoption)) continue;
        wrong.push(entry);
        problems.addMissing(`${entry.entryId} is missing`);
      }
      if (wrong.length > 0) await onWrong?.(wrong);
    }
  } finally {
    await mirrored.return(undefined);
  }
  await addUnknown(redis, db, state, rules, unknown, problems);
  await compareExpiry(redis, state.key, [state.expiresAt], false, problems);
  return problems.difference();
}

async function withoutDead(
  db: Database,
  state: KeyState,
  entries: readonly SourceEntry[],
): Promise<readonly SourceEntry[]> {
  if (entries.length === 0) return [];
  const dead = await deadAmong(
    db,
    state,
    entries.map(({ entryId }) => entryId),
  );
  return entries.filter(({ entryId }) => !dead.has(entryId));
}

/** Adds the messages that the stream never had. An incarnation that began meanwhile is left to the next comparison. */
async function addUnknown(
  redis: RedisClient,
  db: Database,
  state: KeyState,
  rules: readonly RuleSpec[],
  unknown: UnknownMessages,
  problems: Problems,
): Promise<void> {
  const end = await sourceInfo(redis, state.key);
  if (!end) return;
  const found = unknown.among(end);
  const { behind, ofOtherIncarnations, elsewhere } = await strayMessages(db, state, rules, end.lastId);
  if ((await readKey(db, state.key))?.incarnation !== state.incarnation) return;
  problems.addDifferent(`${found[0]}, ${of(found.length)} that Redis never had`, found.length);
  problems.addDifferent(
    `${behind.first}, ${of(behind.count)} behind its last entry ever, ${end.lastId}`,
    behind.count,
  );
  problems.addDifferent(
    `${ofOtherIncarnations.first}, ${of(ofOtherIncarnations.count)} of incarnations that it never had`,
    ofOtherIncarnations.count,
  );
  problems.addDifferent(
    `${elsewhere.first}, ${of(elsewhere.count)} in a collection that it was migrated from`,
    elsewhere.count,
  );
}

function of(messages: number): string {
  return messages === 1 ? 'a message' : `the first of ${messages} messages`;
}

/** The engine before this one had read it, and kept its message without the entry's id: nothing distinguishes them. */
function isWithoutId({ entryId }: SourceEntry, adoption: Adoption | undefined): boolean {
  if (!adoption?.withoutId || adoption.upTo === null) return false;
  return compareEntryIds(entryId, adoption.upTo) <= 0;
}

function isRemoved({ entryId }: SourceEntry, ttlMs: number | undefined): boolean {
  const at = entryTime(entryId);
  return at !== undefined && ttlMs !== undefined && at.getTime() + ttlMs <= Date.now();
}

/** At most this many messages are kept, to be judged at the end. */
const KEPT = 10_000;

/**
 * Collects messages that no entry of the stream can have led to. Redis drops entries from the head, which says nothing of
 * what was there. But an entry behind the head that is not there was deleted, and is not above the highest id that ever was.
 * What is dropped while both sides are read is found by reading the stream once more at the end. Before Redis 7.0 this
 * is unknown: deletions do not show there.
 */
class UnknownMessages {
  readonly #begin: StreamInfo | undefined;
  readonly #ids: string[] = [];

  /** @param begin the stream before both sides are read. */
  constructor(begin: StreamInfo | undefined) {
    this.#begin = begin;
  }

  /** A message whose entry is not among those read, while a later one is. */
  add(entryId: string): void {
    if (this.#ids.length < KEPT && isImpossible(entryId, this.#begin)) this.#ids.push(entryId);
  }

  /** @param end the stream after both sides were read. */
  among(end: StreamInfo | undefined): readonly string[] {
    return this.#ids.filter((entryId) => isImpossible(entryId, end));
  }
}

function isImpossible(entryId: string, info: StreamInfo | undefined): boolean {
  if (info?.firstId === undefined || info.maxDeletedId === undefined) return false;
  return compareEntryIds(entryId, info.firstId) > 0 && compareEntryIds(entryId, info.maxDeletedId) > 0;
}

/** Describes how a message differs from its entry; `undefined` if it does not. */
function entryProblem(entry: SourceEntry, mirrored: MirroredEntry): string | undefined {
  if (!hasFieldsOf(entry, mirrored)) return 'has other fields';
  const { at } = mirrored;
  const time = at instanceof Date ? at.getTime() : at;
  return time === (entryTime(entry.entryId)?.getTime() ?? null) ? undefined : 'has another time';
}

/** Whether the stored fields are those of the entry, in its order, without as many as were left out. */
function hasFieldsOf({ flat }: SourceEntry, mirrored: MirroredEntry): boolean {
  const stored = decodedIfKnown(mirrored);
  if (!stored?.isIntact || stored.pairs.length + stored.left !== flat.length / 2) return false;
  let i = 0;
  for (const [name, value] of stored.pairs) {
    while (i < flat.length && !(flat[i]?.equals(name) && flat[i + 1]?.equals(value))) i += 2;
    if (i >= flat.length) return false;
    i += 2;
  }
  return true;
}
