import type { DeadLetter } from '@redis-to-mongo/mongo-sink';
import { inTime } from '../in-time.js';
import { countedTo, type ListSize, MOST_COUNTED } from '../keys/list-size.js';
import { Readings, ThrottledReader } from '../status/throttled-reader.js';
import {
  type LetterQuery,
  letterFilter,
  letterPlaceOf,
  letterPlaceText,
  letterQueryPath,
} from './letter-query.js';
import type { LetterSources } from './letters-of.js';

/** A page of the list. */
export interface LetterListPage {
  readonly at: Date;
  readonly letters: readonly DeadLetter[];
  readonly total: ListSize;
  readonly collections: readonly string[];
  readonly codes: readonly number[];
  /** Leads to the next page. */
  readonly next: string | undefined;
}

export const LETTERS_PER_PAGE = 50;
const PATIENCE_MS = 5_000;
/** The filters' choices change seldom, and the server may read all letters for them: at most a fiftieth of the time. */
const KINDS = { spacingMs: 10_000, share: 50, patienceMs: 1_000 };

/** Lists dead letters a page at a time. A list with many viewers is read once. */
export class LetterList {
  readonly #readings = new Readings<LetterListPage>();
  readonly #kinds: ThrottledReader<Awaited<ReturnType<LetterSources['kinds']>>>;

  constructor(private readonly sources: LetterSources) {
    this.#kinds = new ThrottledReader(() => sources.kinds(), KINDS);
  }

  /** @throws what the sources throw; an error with the code MONGO_TIMEOUT. */
  async page(query: LetterQuery): Promise<LetterListPage> {
    const address = letterQueryPath(query, query);
    return await this.#readings.read(
      address,
      async () => await inTime(this.#read(query), PATIENCE_MS, 'MONGO_TIMEOUT'),
    );
  }

  async #read(query: LetterQuery): Promise<LetterListPage> {
    const at = new Date();
    const filter = letterFilter(query, at.getTime());
    const after = query.after === '' ? undefined : letterPlaceOf(query.after);
    const [{ letters, isMore }, count, kinds] = await Promise.all([
      this.sources.readPage(filter, { after, limit: LETTERS_PER_PAGE }),
      this.sources.count(filter, MOST_COUNTED + 1),
      // The page does not wait for the choices.
      this.#kinds.read().catch(() => ({ collections: [], codes: [] })),
    ]);
    const last = letters.at(-1);
    return {
      at,
      letters,
      total: countedTo(count),
      ...kinds,
      next: isMore && last ? letterQueryPath(query, { after: letterPlaceText(last) }) : undefined,
    };
  }
}
