import type { KeyPageQuery } from './read-key-page.js';

/** Some of very many keys, by name: about how many there are in all, and where they lie. */
export interface NameSample {
  /** Keys in all, about. */
  readonly total: number;
  /** In the order of their names; the names are cut off at 200 characters. */
  readonly keys: readonly SampledKey[];
}

export interface SampledKey {
  readonly name: Buffer;
  readonly keyType: string;
}

const NAME_CHARS = 200;
/** A list of which the sample has fewer is counted. */
const FEW_HITS = 20;

export const NO_SAMPLE: NameSample = { total: 0, keys: [] };

/** Makes a sample of keys as they are found. */
export function nameSample(
  total: number,
  found: readonly { readonly key: string; readonly keyType: string }[],
): NameSample {
  const keys = found.map(({ key, keyType }) => ({ name: Buffer.from(key.slice(0, NAME_CHARS)), keyType }));
  return { total, keys: keys.sort((a, b) => Buffer.compare(a.name, b.name)) };
}

/** The part of a sample that lies where the keys of a type do; `undefined` is any type. */
export function sampleOfType({ total, keys }: NameSample, keyType: string | undefined): NameSample {
  return { total, keys: keys.filter((key) => keyType === undefined || key.keyType === keyType) };
}

/**
 * How many keys a list has, by the sample; `undefined` where there are so few that they can be counted, or that nothing
 * can be said of. The sample is of keys that are there: those that are gone come on top.
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
