import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { inTime } from '../in-time.js';
import { codeOf } from '../status/code-of.js';
import { chooseKeys } from './choose-keys.js';
import { type KeyQuery, keyQueryPath } from './key-query.js';
import type { KeySnapshot } from './key-snapshot.js';

/** A row of the list: a key as it is now, and when its next scheduled job is due (null: none is). */
export interface KeyRow {
  readonly key: KeySummary;
  readonly nextRunAt: number | null;
}

/** One page of the list. */
export interface KeyPage {
  readonly at: Date;
  readonly rows: readonly KeyRow[];
  /** Keys that the query fits. */
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  /** The code of what keeps the list from being read, if anything does: it is old then, or empty. */
  readonly problem?: string | undefined;
  /** The key types that there are. */
  readonly keyTypes: readonly string[];
}

export interface KeyListSources {
  readonly snapshot: KeySnapshot;
  nextRuns(keys: readonly string[]): Promise<readonly (number | null)[]>;
}

const PER_PAGE = 50;
/** Time for the rows to be read anew, in ms. */
const PATIENCE_MS = 2_000;
/** Orders that are kept for the next ask, until the next reading. */
const ORDERS_KEPT = 8;

/**
 * Lists keys a page at a time. Which keys, and in what order, is told by the snapshot; the rows of the page are read anew.
 * Where that is not possible, or not within two seconds, they are shown as the snapshot has them.
 */
export class KeyList {
  readonly #sources: KeyListSources;
  #orders = new Map<string, readonly KeySummary[]>();
  #ordersOf = -1;

  constructor(sources: KeyListSources) {
    this.#sources = sources;
  }

  async page(query: KeyQuery): Promise<KeyPage> {
    const { snapshot, nextRuns } = this.#sources;
    await snapshot.refresh();
    const order = this.#order(query);
    const pages = Math.max(1, Math.ceil(order.length / PER_PAGE));
    const page = Math.min(query.page, pages);
    const shown = order.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    const names = shown.map(({ key }) => key);
    let problem: string | undefined;
    const [now, runs] = await Promise.all([
      inTime(snapshot.some(names), PATIENCE_MS, 'MONGO_TIMEOUT').catch((error: unknown) => {
        problem = codeOf(error);
        return undefined;
      }),
      inTime(nextRuns(names), PATIENCE_MS, 'QUEUE_TIMEOUT').catch(() => []),
    ]);
    return {
      at: new Date(),
      rows: shown.map((key, i) => ({ key: now?.get(key.key) ?? key, nextRunAt: runs[i] ?? null })),
      problem: problem ?? snapshot.problem,
      total: order.length,
      page,
      pages,
      keyTypes: [...new Set([...snapshot.all()].map(({ keyType }) => keyType))].sort(),
    };
  }

  /** The ids of all keys, as of the last reading. */
  async names(): Promise<readonly string[]> {
    await this.#sources.snapshot.refresh();
    return Array.from(this.#sources.snapshot.all(), ({ key }) => key);
  }

  #order(query: KeyQuery): readonly KeySummary[] {
    const { snapshot } = this.#sources;
    if (this.#ordersOf !== snapshot.version || this.#orders.size >= ORDERS_KEPT) this.#orders = new Map();
    this.#ordersOf = snapshot.version;
    const name = keyQueryPath(query, { page: 1 });
    const known = this.#orders.get(name);
    if (known) return known;
    const order = chooseKeys(snapshot.all(), query);
    this.#orders.set(name, order);
    return order;
  }
}
