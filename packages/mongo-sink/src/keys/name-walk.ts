import { defined } from '@redis-to-mongo/pipeline';
import type { Db, Filter } from 'mongodb';
import { keysIn, type Stored } from '../database/stored.js';
import type { WalkLimits } from './key-walk.js';
import { boundsBeyond, boundsFilter, type NameBounds, nameRanges } from './name-ranges.js';
import type { NameSample } from './name-sample.js';

/** Selects keys in the order of their names, and the range to read. */
export interface NameWalk {
  /** The filter of the keys in parts, each one range of an index. */
  readonly parts: readonly Filter<Stored>[];
  readonly bounds: NameBounds;
  readonly isReversed: boolean;
  readonly sample: NameSample;
  /** Whether the sample has few or none of the keys. Then larger ranges are read. */
  readonly isRare?: boolean;
}

const BATCH = 2_000;
/** Stretches of the sample per range, if all names are scanned or few of them match. */
const STRETCHES = 8;

/**
 * Walks keys by name, each once. It reads the parts in parallel and merges them here, as MongoDB merges
 * ranges of an index, so that the speed does not depend on a server's query planner.
 * @throws what the driver throws.
 */
export async function* walkNames(
  db: Db,
  { parts, bounds, isReversed, sample, isRare = false }: NameWalk,
  limits: WalkLimits,
): AsyncGenerator<Stored> {
  let left = limits.limit;
  const most = left === undefined ? STRETCHES : Number.MAX_SAFE_INTEGER;
  const first = isRare ? STRETCHES : 1;
  for (const range of nameRanges(bounds, sample, isReversed, { first, most })) {
    let rest: NameBounds | undefined = range;
    while (rest) {
      if (left === 0) return;
      const size: number = Math.min(left ?? BATCH, BATCH);
      const found = await readPart(db, parts, rest, isReversed, { ...limits, limit: size });
      yield* found;
      if (left !== undefined) left -= found.length;
      const last: Stored | undefined = found[size - 1];
      rest = last && boundsBeyond(rest, last._id, isReversed);
    }
  }
}

async function readPart(
  db: Db,
  parts: NameWalk['parts'],
  bounds: NameBounds,
  isReversed: boolean,
  { limit, projection, maxMs }: WalkLimits & { readonly limit: number },
): Promise<readonly Stored[]> {
  const names = boundsFilter(bounds);
  const up = isReversed ? -1 : 1;
  const found = await Promise.all(
    parts.map((part) =>
      keysIn(db)
        .find(names ? { ...part, _id: names } : part, {
          sort: { _id: up },
          limit,
          batchSize: limit + 1,
          maxTimeMS: maxMs,
          ...defined({ projection }),
        })
        .toArray(),
    ),
  );
  const [only = [], ...others] = found;
  if (others.length === 0) return only;
  return found
    .flat()
    .sort((a, b) => up * Buffer.compare(Buffer.from(a._id), Buffer.from(b._id)))
    .slice(0, limit);
}
