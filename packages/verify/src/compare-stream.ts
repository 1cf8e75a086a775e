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
import { parseStreamPosition, type StreamInfo } from '@redis-to-mongo/redis-source';
import { compareExpiry, expiryOf } from './compare-expiry.js';
import type { Difference } from './difference.js';
import { Problems } from './problems.js';
import type { Database, RedisClient } from './sides.js';
import { type SourceEntry, sourceInfo, sourcePages } from './source-stream.js';

export interface CompareOptions {
  /**
   * A rule's TTL in ms: MongoDB removes a message this long after its entry's time. Such a message is not
   * missing.
   */
  readonly ttlMs?: number | undefined;
  /** Rules whose collections are searched for messages that Redis never had. */
  readonly rules?: readonly RuleSpec[] | undefined;
  /** Called with the missing or different entries of each page. */
  readonly onWrong?: (entries: readonly SourceEntry[]) => Promise<void>;
}

/**
 * Compares a stream's entries with those of its present incarnation in MongoDB, in order, field by field.
 * Also finds messages that the stream never had, and a different expiry time. Entries that are added
 * meanwhile are ignored. These are not differences:
 * - entries that Redis dropped after they were synced: the mirror exists to keep them;
 * - dead letters;
 * - fields that a rule left out. The stored fields must match the entry, and the number of fields must be
 *   right.
 */
export async function compareStream(
  redis: RedisClient,
  db: Database,
  state: KeyState,
  { ttlMs, rules = [], onWrong }: CompareOptions = {},
): Promise<Difference> {
  const problems = new Problems();
  const adoption = state.incarnation === 1 ? await readAdoption(db, state.key) : undefined;
  const { hadGroups = false } = parseStreamPosition(state.position) ?? {};
  const unknown = new UnknownMessages(await sourceInfo(redis, state.key), hadGroups);
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
  compareExpiry(await expiryOf(redis, state.key), [state.expiresAt], false, problems);
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

/** Adds the messages that the stream never had. If a new incarnation has begun meanwhile, adds nothing. */
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

/**
 * Whether the old engine may have stored the entry without its id. Such messages cannot be matched to
 * entries.
 */
function isWithoutId({ entryId }: SourceEntry, adoption: Adoption | undefined): boolean {
  if (!adoption?.withoutId || adoption.upTo === null) return false;
  return compareEntryIds(entryId, adoption.upTo) <= 0;
}

function isRemoved({ entryId }: SourceEntry, ttlMs: number | undefined): boolean {
  const at = entryTime(entryId);
  return at !== undefined && ttlMs !== undefined && at.getTime() + ttlMs <= Date.now();
}

/** Maximum number of messages that are kept and judged at the end. */
const KEPT = 10_000;

/**
 * Collects messages that cannot come from an entry of the stream. A message before the first entry proves
 * nothing, because Redis trims entries from the head. But a message after the first entry without an entry
 * must be of a deleted entry, so its id is at most the highest deleted id. The stream's info is read again at
 * the end, for entries dropped meanwhile. Before Redis 7.0, deletions are not visible, and since 8.2, neither are trims
 * of entries that consumer groups have acknowledged. So no message is collected then.
 */
class UnknownMessages {
  readonly #ids: string[] = [];

  /**
   * @param begin the stream before both sides are read.
   * @param hadGroups whether the stream had consumer groups; see StreamPosition.
   */
  constructor(
    private readonly begin: StreamInfo | undefined,
    private readonly hadGroups: boolean,
  ) {}

  /** Adds a message whose entry was not read, although a later entry was. */
  add(entryId: string): void {
    if (!this.hadGroups && this.#ids.length < KEPT && isImpossible(entryId, this.begin))
      this.#ids.push(entryId);
  }

  /** @param end the stream after both sides were read. */
  among(end: StreamInfo | undefined): readonly string[] {
    return this.#ids.filter((entryId) => isImpossible(entryId, end));
  }
}

function isImpossible(entryId: string, info: StreamInfo | undefined): boolean {
  if (info?.firstId === undefined || info.maxDeletedId === undefined || info.groups > 0) return false;
  return compareEntryIds(entryId, info.firstId) > 0 && compareEntryIds(entryId, info.maxDeletedId) > 0;
}

/** Describes how a message differs from its entry; `undefined` if it does not. */
export function entryProblem(entry: SourceEntry, mirrored: MirroredEntry): string | undefined {
  if (!hasFieldsOf(entry, mirrored)) return 'has other fields';
  const { at } = mirrored;
  const time = at instanceof Date ? at.getTime() : at;
  return time === (entryTime(entry.entryId)?.getTime() ?? null) ? undefined : 'has another time';
}

/**
 * Whether the stored fields are the entry's fields in order, except for the number of fields that were left
 * out.
 */
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
