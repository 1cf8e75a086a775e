import type { KeyPage, KeyPageQuery, KeySummary } from '@redis-to-mongo/mongo-sink';
import { codeOf, inTime } from '../in-time.js';
import { keptIn, LOADING, ThrottledReader } from '../status/throttled-reader.js';
import { digestOf } from './key-path.js';
import { conditionOf, isPattern, type KeyQuery, keyQueryPath, nameSearch } from './key-query.js';
import { keyListSize, type ListSize } from './list-size.js';
import { placeOf, placeText } from './place-text.js';

/** A row of the list: a key, and when its next scheduled job is due (null: none is). */
export interface KeyRow {
  readonly key: KeySummary;
  readonly nextRunAt: number | null;
}

/** One page of the list. */
export interface KeyListPage {
  readonly at: Date;
  readonly rows: readonly KeyRow[];
  /** The number of keys that match the query; `undefined` if they were not counted. */
  readonly total: ListSize | undefined;
  /** Changes of the query that lead to the pages beside this one. */
  readonly next: Partial<KeyQuery> | undefined;
  readonly previous: Partial<KeyQuery> | undefined;
  /** No name begins with the search text: these names contain it. */
  readonly isWithin: boolean;
  /** The number of names scanned, if there was no time for all. */
  readonly scanned: number | undefined;
  /** The code of the error if the list can't be read now. Then the list is old, or empty. */
  readonly problem?: string | undefined;
}

/** Selects the keys of a list. */
export type Which = Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>;

export function whichOf(query: KeyQuery): Which {
  return {
    name: nameSearch(query),
    keyType: query.keyType || undefined,
    condition: conditionOf(query.status),
  };
}

export interface KeyListSources {
  readPage(query: KeyPageQuery): Promise<KeyPage>;
  countKeys(query: Which, most: number): Promise<number>;
  /** The estimated number of keys in a long list; `undefined` for a list that is to be counted. */
  estimateKeys?(query: Which): Promise<number | undefined>;
  nextRuns(keys: readonly string[]): Promise<readonly (number | null)[]>;
}

export const PER_PAGE = 50;
/** Time for the queue to report next runs, in ms. */
const PATIENCE_MS = 2_000;
/** Each list is read once for all viewers, and for at most a sixth of the time. */
const PACE = { spacingMs: 1_000, share: 6, patienceMs: PATIENCE_MS };
/** A page waits at most 100 ms for its count: counting a long list takes longer than reading the page. */
const COUNT_PACE = { ...PACE, patienceMs: 100 };
/** If no name begins with the search text, names are scanned for it for this many ms before the page is shown. */
const WITHIN_MS = 150;
/** If a read takes longer than this, in ms, the list shown counts as old. */
const LATE_MS = 5_000;

const NOTHING = {
  rows: [],
  total: undefined,
  next: undefined,
  previous: undefined,
  isWithin: false,
  scanned: undefined,
} as const;

interface Kept {
  readonly reading: ThrottledReader<KeyListPage>;
  last: KeyListPage | undefined;
}

/** Lists the keys in MongoDB, a page at a time. A list with many viewers is read once. */
export class KeyList {
  /** Keyed by the query's address, least recently used first. */
  readonly #lists = new Map<string, Kept>();
  readonly #counts = new Map<string, ThrottledReader<KeyListPage['total']>>();

  constructor(private readonly sources: KeyListSources) {}

  /** Does not throw: the page reports what can't be read, and shows what was read before. */
  async page(query: KeyQuery): Promise<KeyListPage> {
    const kept = this.#listOf(query);
    try {
      kept.last = await kept.reading.read();
      return kept.reading.underWayMs > LATE_MS ? { ...kept.last, problem: 'MONGO_TIMEOUT' } : kept.last;
    } catch (error) {
      return { at: new Date(), ...NOTHING, ...kept.last, problem: codeOf(error) };
    }
  }

  /** Finds the key whose name has this start and this digest: see key-path.ts. @throws SyncError as mongoError. */
  readonly nameOf = async (start: string, digest: string): Promise<string | undefined> => {
    const test = (key: string) => key.length >= start.length && digestOf(key) === digest;
    const { keys } = await this.sources.readPage({ name: { prefix: start, test }, limit: 1 });
    return keys[0]?.key;
  };

  #listOf(query: KeyQuery): Kept {
    return keptIn(this.#lists, keyQueryPath(query, query), () => ({
      reading: new ThrottledReader(() => this.#read(query), PACE),
      last: undefined,
    }));
  }

  async #read(query: KeyQuery): Promise<KeyListPage> {
    const text = query.after || query.before;
    const from = text ? await placeOf(text, this.nameOf) : undefined;
    const found = await this.#readOnce(query, from);
    const { search, within } = query;
    const isNowhere = found.rows.length === 0 && from === undefined;
    if (isNowhere && search !== '' && !within && !isPattern(search))
      return await this.#readOnce({ ...query, within: true }, undefined, WITHIN_MS);
    return found;
  }

  async #readOnce(query: KeyQuery, from: KeyPageQuery['from'], searchMs?: number): Promise<KeyListPage> {
    const { readPage, nextRuns } = this.sources;
    const { keyType, status, descending, within } = query;
    const which = whichOf(query);
    const before = from !== undefined && query.before !== '';
    const page = await readPage({ ...which, descending, from, before, limit: PER_PAGE, searchMs });
    const names = page.keys.map(({ key }) => key);
    const isWhole = from === undefined && !page.isMore;
    // Counted after the page is read: a server that counts slowly would delay the page.
    const [runs, total] = await Promise.all([
      inTime(nextRuns(names), PATIENCE_MS, 'QUEUE_TIMEOUT').catch(() => []),
      isWhole
        ? { count: names.length, isMore: false }
        : this.#countSoon(which, JSON.stringify([query.search, keyType, status, within])),
    ]);
    return {
      at: new Date(),
      rows: page.keys.map((key, i) => ({ key, nextRunAt: runs[i] ?? null })),
      total,
      ...neighbors(query, page, from !== undefined),
      isWithin: within,
      scanned: page.scanned,
    };
  }

  /** The last count of the list; `undefined` until the first one has ended. */
  async #countSoon(which: Which, list: string): Promise<KeyListPage['total']> {
    const counting = keptIn(
      this.#counts,
      list,
      () => new ThrottledReader(() => keyListSize(this.sources, which), COUNT_PACE),
    );
    try {
      return await counting.read();
    } catch (error) {
      if (codeOf(error) === LOADING) return undefined;
      throw error;
    }
  }
}

function neighbors({ page, before, within }: KeyQuery, { first, last, isMore }: KeyPage, isInside: boolean) {
  const hasNext = isMore || before !== '';
  const hasPrevious = isInside && (before === '' || isMore) && page > 1;
  const previous = page <= 2 ? { page: 1 } : first && { before: placeText(first), page: page - 1 };
  return {
    next: hasNext && last ? { after: placeText(last), page: page + 1, within } : undefined,
    previous: hasPrevious && previous ? { ...previous, within } : undefined,
  };
}
