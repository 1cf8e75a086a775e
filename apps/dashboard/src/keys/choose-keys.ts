import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { KeyQuery, KeySort } from './key-query.js';
import { keyStatus } from './key-status.js';

/** The keys that a query asks for, in its order, without its paging. */
export function chooseKeys(keys: Iterable<KeySummary>, query: KeyQuery): readonly KeySummary[] {
  const wanted = query.search.toLowerCase();
  const chosen: KeySummary[] = [];
  for (const key of keys) {
    if (query.keyType !== '' && key.keyType !== query.keyType) continue;
    if (!fits(key, query.status)) continue;
    if (wanted !== '' && !key.key.toLowerCase().includes(wanted)) continue;
    chosen.push(key);
  }
  const value = VALUES[query.sort];
  const turn = query.descending ? -1 : 1;
  return chosen.sort((a, b) => turn * compare(value(a), value(b)) || compare(a.key, b.key));
}

function fits(key: KeySummary, status: KeyQuery['status']): boolean {
  switch (status) {
    case '':
      return true;
    case 'active':
      return key.status === 'active';
    case 'behind':
      return key.lag > 0;
    case 'gaps':
      return key.gap > 0;
    case 'dead letters':
      return key.dead > 0;
    case 'failing':
      return key.error !== null;
    default:
      return keyStatus(key) === status;
  }
}

const VALUES: Readonly<Record<KeySort, (key: KeySummary) => string | number>> = {
  key: ({ key }) => key,
  type: ({ keyType }) => keyType,
  stream: ({ stream }) => stream,
  lag: ({ lag }) => lag,
  changed: ({ lastChangedAt }) => lastChangedAt ?? 0,
  seen: ({ seen }) => seen,
  gaps: ({ gap }) => gap,
  dead: ({ dead }) => dead,
  error: ({ error }) => error?.at ?? 0,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
