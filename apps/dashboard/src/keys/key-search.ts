import type { NameSearch } from '@redis-to-mongo/mongo-sink';
import { type KeyCondition, namePattern } from '@redis-to-mongo/pipeline';
import type { KeyQuery, PageCondition } from './key-query.js';

/** How the names of a query are found; `undefined` for any name. */
export function nameSearch({ search, within }: Pick<KeyQuery, 'search' | 'within'>): NameSearch | undefined {
  if (search === '') return undefined;
  if (isPattern(search)) {
    const { prefix, test } = namePattern(search);
    return { prefix, test };
  }
  if (!within) return { prefix: search };
  const wanted = search.toLowerCase();
  return { prefix: '', test: (key) => key.toLowerCase().includes(wanted) };
}

/** Whether a search is a pattern of Redis', for the whole name; else it is what names begin with. */
export function isPattern(search: string): boolean {
  return /[*?[]/.test(search);
}

/** A condition of the page as that of the reader. */
export function conditionOf(status: PageCondition): KeyCondition | undefined {
  if (status === '') return undefined;
  return status === 'dead letters' ? 'dead' : status;
}
