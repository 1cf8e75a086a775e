import type { Collection } from 'mongodb';
import type { Stored } from '../database/stored.js';
import type { Generation } from './value-attempts.js';
import { plainElement } from './value-manifest.js';
import { pathsIn } from './value-place.js';

/**
 * Finds attempts that changed elements but are not in the manifest: MongoDB was set back to before they were
 * claimed, and they went on. After the next commit, their numbers would count as committed. This scans all
 * elements of the value.
 * @param isShaped whether the elements are in the shape `document`; see pathsIn.
 * @returns the numbers of the attempts.
 */
export async function lostAttempts(
  elements: Collection<Stored>,
  { manifest, generation, claim, sealed }: Generation,
  isShaped: boolean,
): Promise<readonly number[]> {
  const newer = { $gt: manifest.generation };
  const changed = [{ since: newer }, { until: newer }].map((fields) => pathsIn(isShaped, fields));
  const cursor = elements.find(
    { ...pathsIn(isShaped, { key: manifest.key }), $or: changed },
    { projection: pathsIn(isShaped, { since: 1, until: 1 }), batchSize: 5000 },
  );
  const numbers = new Set<number>();
  for await (const stored of cursor) {
    const { since, until } = plainElement(stored);
    for (const number of [since, until ?? 0]) numbers.add(number);
  }
  const own = new Set([generation, ...sealed]);
  return [...numbers].filter((number) => number > manifest.generation && number < claim && !own.has(number));
}
