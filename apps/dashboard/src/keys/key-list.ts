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
  /** Keys that the query fits; `undefined` where they were not counted. */
  readonly total: ListSize | undefined;
  /** Changes of the query that lead to the pages beside this one. */
  readonly next: Partial<KeyQuery> | undefined;
  readonly previous: Partial<KeyQuery> | undefined;
  /** No name begins with what was searched for: these have it within. */
  readonly isWithin: boolean;
  /** Names that were scanned, if there was no time for all. */
  readonly scanned: number | undefined;
  /** The code of what keeps the list from being read, if anything does: it is old then, or empty. */
  readonly problem?: string | undefined;
}

/** Which keys a list has. */
export type Which = Pick<KeyPageQuery, 'name' | 'keyType' | 'condition'>;

export interface KeyListSources {
  readPage(query: KeyPageQuery): Promise<KeyPage>;
  countKeys(query: Which, most: number): Promise<number>;
  /** About how many keys a long list has; `undefined` of one that is to be counted. */
  estimateKeys?(query: Which): Promise<number | undefined>;
  nextRuns(keys: readonly string[]): Promise<readonly (number | null)[]>;
}

export const PER_PAGE = 50;
/** Time for the queue to report next runs, in ms. */
const PATIENCE_MS = 2_000;
/** Each list is read once for all viewers, a sixth of the time at most. */
const PACE = { spacingMs: 1_000, share: 6, patienceMs: PATIENCE_MS };
/** A page does not wait for its count, which takes longer than the page where the list is long. */
const COUNT_PACE = { ...PACE, patienceMs: 100 };
/** If no name begins with the search text, names are scanned for it for this many ms before the page is shown. */
const WITHIN_MS = 150;
/** A reading that takes longer than this, in ms, makes what is shown old. */
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

/** Lists keys a page at a time, as MongoDB has them. What many view is read once. */
export class KeyList {
  readonly #sources: KeyListSources;
  /** By the query's address; the one asked for last comes last. */
  readonly #lists = new Map<string, Kept>();
  readonly #counts = new Map<string, ThrottledReader<KeyListPage['total']>>();

  constructor(sources: KeyListSources) {
    this.#sources = sources;
  }

  /** Does not throw: what can't be read is part of the page, and what was read before stays. */
  async page(query: KeyQuery): Promise<KeyListPage> {
    const kept = this.#listOf(query);
    try {
      kept.last = await kept.reading.read();
      return kept.reading.underWayMs > LATE_MS ? { ...kept.last, problem: 'MONGO_TIMEOUT' } : kept.last;
    } catch (error) {
      return { at: new Date(), ...NOTHING, ...kept.last, problem: codeOf(error) };
    }
  }

  /** The key whose name has a start and a digest: see key-path.ts. @throws SyncError as mongoError. */
  readonly nameOf = async (start: string, digest: string): Promise<string | undefined> => {
    const test = (key: string) => key.length >= start.length && digestOf(key) === digest;
    const { keys } = await this.#sources.readPage({ name: { prefix: start, test }, limit: 1 });
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
    const { readPage, nextRuns } = this.#sources;
    const { keyType, status, descending, within } = query;
    const which = { name: nameSearch(query), keyType: keyType || undefined, condition: conditionOf(status) };
    const before = from !== undefined && query.before !== '';
    const page = await readPage({ ...which, descending, from, before, limit: PER_PAGE, searchMs });
    const names = page.keys.map(({ key }) => key);
    const isWhole = from === undefined && !page.isMore;
    // Counted behind the page: a server that counts for long would make the page wait.
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

  /** The last count of the list, and none before its first one has ended. */
  async #countSoon(which: Which, list: string): Promise<KeyListPage['total']> {
    const counting = keptIn(
      this.#counts,
      list,
      () => new ThrottledReader(() => keyListSize(this.#sources, which), COUNT_PACE),
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
