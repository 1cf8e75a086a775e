/** Conditions by which keys are asked for; `''` is any. */
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

export const KEY_SORTS = [
  'key',
  'type',
  'stream',
  'lag',
  'changed',
  'seen',
  'gaps',
  'dead',
  'error',
] as const;

export type KeyCondition = (typeof KEY_CONDITIONS)[number];
export type KeySort = (typeof KEY_SORTS)[number];

/** What the page of keys is asked for. */
export interface KeyQuery {
  /** A part of the key's name, in any case; at most 200 characters. */
  readonly search: string;
  /** A key type; `''` is any. */
  readonly keyType: string;
  readonly status: KeyCondition;
  readonly sort: KeySort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

const MAX_SEARCH = 200;

/** Reads a query from an address; what is not one counts as not given. */
export function parseKeyQuery(params: URLSearchParams): KeyQuery {
  const sort = params.get('sort') ?? '';
  const name = sort.replace(/^-/, '');
  const page = Number(params.get('page') ?? 1);
  return {
    search: (params.get('q') ?? '').slice(0, MAX_SEARCH),
    keyType: (params.get('type') ?? '').slice(0, MAX_SEARCH),
    status: KEY_CONDITIONS.find((condition) => condition === params.get('status')) ?? '',
    sort: KEY_SORTS.find((known) => known === name) ?? 'key',
    descending: sort.startsWith('-'),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The address of a query, from the base as all links are, with some of it changed. A change of anything but the page leads to the first one. */
export function keyQueryPath(query: KeyQuery, change: Partial<KeyQuery> = {}): string {
  const { search, keyType, status, sort, descending, page } = { ...query, page: 1, ...change };
  const params = new URLSearchParams();
  if (search) params.set('q', search);
  if (keyType) params.set('type', keyType);
  if (status) params.set('status', status);
  if (sort !== 'key' || descending) params.set('sort', (descending ? '-' : '') + sort);
  if (page > 1) params.set('page', String(page));
  return params.size === 0 ? 'keys' : `keys?${params}`;
}
