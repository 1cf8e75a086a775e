import type { Db, Document, Filter } from 'mongodb';
import { keysIn, type Stored } from '../database/stored.js';
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

export interface NameWalkLimits {
  /** Maximum number of documents; default: no limit. */
  readonly limit?: number;
  readonly projection: Document;
  /** After this many ms MongoDB ends a command with MaxTimeMSExpired. */
  readonly maxMs: number;
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
  { limit, projection, maxMs }: NameWalkLimits,
): AsyncGenerator<Stored> {
  let left = limit;
  const most = limit === undefined ? STRETCHES : Number.MAX_SAFE_INTEGER;
  const first = isRare ? STRETCHES : 1;
  for (const range of nameRanges(bounds, sample, isReversed, { first, most })) {
    let rest: NameBounds | undefined = range;
    while (rest) {
      if (left === 0) return;
      const size: number = Math.min(left ?? BATCH, BATCH);
      const found = await readPart(db, parts, rest, { isReversed, size, projection, maxMs });
      yield* found;
      if (left !== undefined) left -= found.length;
      const last: Stored | undefined = found[size - 1];
      rest = last && boundsBeyond(rest, last._id, isReversed);
    }
  }
}

interface Reading {
  readonly isReversed: boolean;
  readonly size: number;
  readonly projection: Document;
  readonly maxMs: number;
}

async function readPart(
  db: Db,
  parts: NameWalk['parts'],
  bounds: NameBounds,
  { isReversed, size, projection, maxMs }: Reading,
): Promise<readonly Stored[]> {
  const names = boundsFilter(bounds);
  const found = await Promise.all(
    parts.map((part) =>
      keysIn(db)
        .find(names ? { ...part, _id: names } : part, {
          sort: { _id: isReversed ? -1 : 1 },
          limit: size,
          batchSize: size + 1,
          projection,
          maxTimeMS: maxMs,
        })
        .toArray(),
    ),
  );
  const [only = [], ...others] = found;
  if (others.length === 0) return only;
  const up = isReversed ? -1 : 1;
  return found
    .flat()
    .sort((a, b) => up * Buffer.compare(Buffer.from(a._id), Buffer.from(b._id)))
    .slice(0, size);
}
