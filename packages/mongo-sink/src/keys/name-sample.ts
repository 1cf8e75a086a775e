import type { KeyPageQuery } from './read-key-page.js';

/** A sample of very many keys, by name. It shows how names are distributed, and about how many keys exist. */
export interface NameSample {
  /** Approximate number of all keys. */
  readonly total: number;
  /** Sorted by name; names are cut off at 200 characters. */
  readonly keys: readonly SampledKey[];
}

export interface SampledKey {
  readonly name: Buffer;
  readonly keyType: string;
}

const NAME_CHARS = 200;
/** A list with fewer keys in the sample is counted. */
const FEW_HITS = 20;

export const NO_SAMPLE: NameSample = { total: 0, keys: [] };

/** Makes a sample from keys in any order. */
export function nameSample(
  total: number,
  found: readonly { readonly key: string; readonly keyType: string }[],
): NameSample {
  const keys = found.map(({ key, keyType }) => ({ name: Buffer.from(key.slice(0, NAME_CHARS)), keyType }));
  return { total, keys: keys.sort((a, b) => Buffer.compare(a.name, b.name)) };
}

/** The part of a sample with keys of a type; `undefined` means any type. */
export function sampleOfType({ total, keys }: NameSample, keyType: string | undefined): NameSample {
  return { total, keys: keys.filter((key) => keyType === undefined || key.keyType === keyType) };
}

/**
 * Estimates the number of keys in a list; `undefined` if the list is short enough to be counted, or the
 * sample cannot tell. The sample contains only existing keys, so deleted keys are not included.
 */
export function estimateKeys(
  sample: NameSample,
  { name, keyType, condition }: Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>,
): number | undefined {
  if (condition !== undefined && condition !== 'active') return undefined;
  const prefix = Buffer.from(name?.prefix ?? '');
  const fits = (key: SampledKey) =>
    key.name.subarray(0, prefix.length).equals(prefix) && name?.test?.(key.name.toString()) !== false;
  const hits = sampleOfType(sample, keyType).keys.filter(fits).length;
  return hits < FEW_HITS ? undefined : Math.round((sample.total * hits) / sample.keys.length);
}
