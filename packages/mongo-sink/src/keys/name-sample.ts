import type { Db, Document } from 'mongodb';
import type { KeyPageQuery } from './read-key-page.js';

/** Some of the keys of a large `keys`, by name: how many there are in all, and where they lie. */
export interface NameSample {
  /** Keys in all, when they were sampled. */
  readonly total: number;
  /** In the order of their names; the names are cut off at 200 characters. */
  readonly keys: readonly SampledKey[];
}

export interface SampledKey {
  readonly name: Buffer;
  readonly keyType: string;
  readonly status: string;
}

/** Below so many keys, any list is read at once. */
const FEW = 20_000;
/** Keys in a sample at most, and one of how many. */
const MOST = 4_096;
const ONE_OF = 200;
const NAME_CHARS = 200;
/** The longest that MongoDB works on one command, in ms. */
const MAX_MS = 50_000;

export const NO_SAMPLE: NameSample = { total: 0, keys: [] };

/** @returns an empty sample where there are few keys. @throws what the driver throws. */
export async function sampleNames(db: Db): Promise<NameSample> {
  const keys = db.collection<{ _id: string } & Document>('keys');
  const total = await keys.estimatedDocumentCount({ maxTimeMS: MAX_MS });
  if (total < FEW) return { total, keys: [] };
  const size = Math.min(MOST, Math.floor(total / ONE_OF));
  const found = await keys
    .aggregate([{ $sample: { size } }, { $project: { keyType: 1, status: 1 } }], { maxTimeMS: MAX_MS })
    .toArray();
  const sampled = found.map(({ _id, keyType, status }) => ({
    name: Buffer.from(String(_id).slice(0, NAME_CHARS)),
    keyType: String(keyType),
    status: String(status),
  }));
  return { total, keys: sampled.sort((a, b) => Buffer.compare(a.name, b.name)) };
}

/**
 * How many keys a list has, by the sample; `undefined` where there are so few that they can be counted, or that nothing
 * can be said of. Only of lists by name.
 */
export function estimateKeys(
  { total, keys }: NameSample,
  { name, keyType, condition }: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>,
): number | undefined {
  const prefix = Buffer.from(name?.prefix ?? '');
  const fits = (key: SampledKey) =>
    (keyType === undefined || key.keyType === keyType) &&
    (condition === undefined || key.status === condition) &&
    key.name.subarray(0, prefix.length).equals(prefix);
  const hits = keys.filter(fits).length;
  return hits < MOST / ONE_OF ? undefined : Math.round((total * hits) / keys.length);
}
