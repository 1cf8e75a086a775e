import type { KeyPlace } from '@redis-to-mongo/mongo-sink';
import type { KeyListSources, KeyRow } from './key-list.js';
import type { KeyQuery } from './key-query.js';
import { conditionOf, nameSearch } from './key-search.js';

/** Keys that are read at once where all of a list are asked for. */
const PAGE = 500;

/** All keys that a query asks for, in the list's order. One whose place changes meanwhile may come twice, or not at all. */
export async function* matchingKeys(
  sources: Pick<KeyListSources, 'readPage'>,
  query: KeyQuery,
): AsyncGenerator<KeyRow['key']> {
  const condition = conditionOf(query.status);
  const which = { name: nameSearch(query), keyType: query.keyType || undefined, condition };
  let from: KeyPlace | undefined;
  for (;;) {
    const page = await sources.readPage({ ...which, from, limit: PAGE });
    yield* page.keys;
    if (!page.isMore || !page.last) return;
    from = page.last;
  }
}

/** How many keys a query asks for; names that are tested are counted by reading them. */
export async function countMatching(
  sources: Pick<KeyListSources, 'readPage' | 'countKeys'>,
  query: KeyQuery,
): Promise<number> {
  const name = nameSearch(query);
  const which = { name, keyType: query.keyType || undefined, condition: conditionOf(query.status) };
  if (!name?.test) return await sources.countKeys(which, Number.MAX_SAFE_INTEGER);
  let count = 0;
  for await (const _key of matchingKeys(sources, query)) count++;
  return count;
}
