import type { Collection } from 'mongodb';
import type { Stored } from '../database/stored.js';
import type { Generation } from './value-attempts.js';
import { plainElement } from './value-manifest.js';
import { pathsIn } from './value-place.js';

/**
 * The numbers of attempts that changed elements and that the manifest does not know: MongoDB was set back to before they were claimed,
 * and they went on. With the next commit, their numbers would be those of committed ones. It goes through all elements of the value.
 * @param isShaped the fleet's fields of an element are below one of a rule's; see pathsIn.
 */
export async function lostAttempts(
  elements: Collection<Stored>,
  { manifest, generation, claim }: Generation,
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
  return [...numbers].filter(
    (number) => number > manifest.generation && number < claim && number !== generation,
  );
}
