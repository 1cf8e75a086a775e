import { deadAmong, lastMirroredEntries, type MirroredEntry } from '@redis-to-mongo/mongo-sink';
import { compareEntryIds, decodedIfKnown, type KeyState } from '@redis-to-mongo/pipeline';
import {
  fingerprintOfPiece,
  MOST_PARTS,
  type Piece,
  pieceOf,
  type SourceExcerpt,
} from '@redis-to-mongo/redis-source';
import type { Database } from '../sides.js';
import type { Excerpt, ExcerptRow, ExcerptSide, ExcerptVerdict } from './excerpt.js';

/** Number of entries read from each side. */
const ENTRIES = 10;

/** A message's entry. It is not intact if the fleet does not write this form. */
interface Stored extends ExcerptSide {
  /** Fields that a rule left out. */
  readonly left: number;
  readonly isIntact: boolean;
}

/**
 * The last entries of both sides, newest first. Entries older than those read from a side are left out: that
 * side may have them.
 */
export async function streamRows(
  db: Database,
  state: KeyState,
  ask: (limit: number, names: readonly Buffer[]) => Promise<SourceExcerpt>,
  waitMs: number,
): Promise<Pick<Excerpt, 'sizes' | 'isWhole' | 'rows'>> {
  // MongoDB first: entries that are added meanwhile show as not synced yet.
  const mirrored = await lastMirroredEntries(db, state, ENTRIES, waitMs);
  const { size, items } = await ask(ENTRIES, []);
  const there = new Map(mirrored.map((entry) => [entry.entryId, storedOf(entry)]));
  const here = new Map(items.map((item) => [item.id, item]));
  const from = [oldestRead(mirrored.map(({ entryId }) => entryId)), oldestRead(items.map(({ id }) => id))];
  const ids = [...new Set([...here.keys(), ...there.keys()])]
    .filter((id) => from.every((oldest) => oldest === undefined || compareEntryIds(id, oldest) >= 0))
    .sort((a, b) => compareEntryIds(b, a));
  const lacking = ids.filter((id) => !there.has(id));
  const dead = lacking.length > 0 ? await deadAmong(db, state, lacking) : new Set<string>();
  const rows = ids.map((id): ExcerptRow => {
    const [redis, mongo] = [here.get(id), there.get(id)];
    return { name: id, redis, mongo, verdict: verdictOf(redis, mongo, dead.has(id)) };
  });
  return { sizes: { redis: size, mongo: null }, isWhole: true, rows };
}

function oldestRead(ids: readonly string[]): string | undefined {
  return ids.length < ENTRIES ? undefined : ids.at(-1);
}

const UNKNOWN = { pairs: [], left: 0, isIntact: false } as const;

function storedOf({ content, mapped }: MirroredEntry): Stored {
  const { pairs, left, isIntact } = decodedIfKnown({ content, mapped }) ?? UNKNOWN;
  const parts = pairs.flat().slice(0, MOST_PARTS);
  return { parts: parts.map((part) => pieceOf(part)), count: 2 * pairs.length, left, isIntact };
}

function verdictOf(
  redis: ExcerptSide | undefined,
  mongo: Stored | undefined,
  isDead: boolean,
): ExcerptVerdict {
  if (!redis) return 'dropped by Redis';
  if (!mongo) return isDead ? 'dead letter' : 'only in Redis';
  return mongo.isIntact && hasFieldsOf(redis, mongo) ? 'same' : 'different';
}

/**
 * Whether the stored fields are the entry's fields in order, except for those left out. Of very many, only
 * the first are compared.
 */
function hasFieldsOf(redis: ExcerptSide, { parts, count, left }: Stored): boolean {
  if (count + 2 * left !== redis.count) return false;
  const [here, there] = [pairsOf(redis.parts), pairsOf(parts)];
  if (left === 0) return here.every((pair, i) => pair === there[i]);
  let i = 0;
  for (const pair of there) {
    i = here.indexOf(pair, i) + 1;
    if (i === 0) return redis.parts.length < redis.count;
  }
  return true;
}

function pairsOf(parts: readonly Piece[]): readonly string[] {
  const fingerprints = parts.map(fingerprintOfPiece);
  return fingerprints.flatMap((name, i) => (i % 2 === 0 ? [`${name} ${fingerprints[i + 1]}`] : []));
}
