import type { KeyPage, KeyPlace } from '@redis-to-mongo/mongo-sink';
import { type KeyListSources, type KeyRow, whichOf } from './key-list.js';
import type { KeyQuery } from './key-query.js';
import { countedTo, keyListSize, type ListSize, MOST_COUNTED } from './list-size.js';

/** Keys per read when a whole list is read. */
const PAGE = 500;
/** The time limit for counting, in ms: a person waits for the number. */
const COUNT_MS = 3_000;

/** All keys that match a query, in the list's order. A key that moves in the list meanwhile may come twice, or not at all. */
export async function* matchingKeys(
  sources: Pick<KeyListSources, 'readPage'>,
  query: KeyQuery,
): AsyncGenerator<KeyRow['key']> {
  for await (const { keys } of pagesOf(sources, query)) yield* keys;
}

/** The number of keys that match a query. If few names match a pattern, the number found within COUNT_MS. */
export async function countMatching(
  sources: Pick<KeyListSources, 'readPage' | 'countKeys' | 'estimateKeys'>,
  query: KeyQuery,
): Promise<ListSize> {
  const size = await keyListSize(sources, whichOf(query));
  if (size) return size;
  const until = performance.now() + COUNT_MS;
  let count = 0;
  for await (const { keys } of pagesOf(sources, query)) {
    count += keys.length;
    if (count > MOST_COUNTED) return countedTo(count);
    if (performance.now() > until) return { count, isMore: true };
  }
  return { count, isMore: false };
}

async function* pagesOf(
  { readPage }: Pick<KeyListSources, 'readPage'>,
  query: KeyQuery,
): AsyncGenerator<KeyPage> {
  let from: KeyPlace | undefined;
  for (;;) {
    const page = await readPage({ ...whichOf(query), from, limit: PAGE });
    yield page;
    if (!page.isMore || !page.last) return;
    from = page.last;
  }
}
