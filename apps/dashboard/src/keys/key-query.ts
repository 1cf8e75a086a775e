import { KEY_TYPES } from '@redis-to-mongo/key-types';
import type { NameSearch } from '@redis-to-mongo/mongo-sink';
import { type KeyCondition, type KeyType, namePattern } from '@redis-to-mongo/pipeline';
import { pathWith } from '../path-with.js';

/** Conditions by which keys are listed; `''` is any. */
export const KEY_CONDITIONS = [
  '',
  'active',
  'behind',
  'failing',
  'quarantined',
  'paused',
  'deleted',
  'gaps',
  'dead letters',
] as const;

export type PageCondition = (typeof KEY_CONDITIONS)[number];

/** The query of the page of keys. */
export interface KeyQuery {
  /** The start of the names, or a Redis pattern (`*:tags`); at most 200 characters. */
  readonly search: string;
  /** Searches for a part of the name, since no name begins with the search text. */
  readonly within: boolean;
  readonly keyType: KeyType | '';
  readonly status: PageCondition;
  /** A list by name, in descending order. */
  readonly descending: boolean;
  /** The page begins after the place `after`, or ends before the place `before`; see place-text.ts. */
  readonly after: string;
  readonly before: string;
  /** The page's number, from 1. */
  readonly page: number;
}

const MAX_SEARCH = 200;
/** The longest place in an address, in characters. */
const MAX_PLACE = 2_000;

/** Reads a query from an address; what is not one counts as not given. */
export function parseKeyQuery(params: URLSearchParams): KeyQuery {
  const page = Number(params.get('page') ?? 1);
  const after = (params.get('after') ?? '').slice(0, MAX_PLACE);
  const before = after ? '' : (params.get('before') ?? '').slice(0, MAX_PLACE);
  return {
    search: (params.get('q') ?? '').slice(0, MAX_SEARCH).replace(/[\ud800-\udbff]$/, ''),
    within: params.has('within'),
    keyType: KEY_TYPES.find((type) => type === params.get('type')) ?? '',
    status: KEY_CONDITIONS.find((condition) => condition === params.get('status')) ?? '',
    descending: params.get('sort') === '-key',
    after,
    before,
    page: (after || before) && Number.isSafeInteger(page) && page > 1 ? page : 1,
  };
}

const FIRST_PAGE = { page: 1, after: '', before: '', within: false } as const;

/** The address of a query with changes, relative to the base. Any change except of the page leads to the first page. */
export function keyQueryPath(query: KeyQuery, change: Partial<KeyQuery> = {}): string {
  const { search, within, keyType, status, descending, after, before, page } = {
    ...query,
    ...FIRST_PAGE,
    ...change,
  };
  return pathWith('keys', {
    ...{ q: search, within, type: keyType, status, sort: descending && '-key', after, before },
    page: page > 1 && page,
  });
}

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

/** Whether a search is a Redis pattern for the whole name. Otherwise it is the start of the name. */
export function isPattern(search: string): boolean {
  return /[*?[]/.test(search);
}

/** Converts a condition of the page to the reader's. */
export function conditionOf(status: PageCondition): KeyCondition | undefined {
  if (status === '') return undefined;
  return status === 'dead letters' ? 'dead' : status;
}
