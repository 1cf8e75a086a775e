import type { JobQueue } from '@redis-to-mongo/job-queue';
import { countActiveKeys, countKeyDocuments } from '@redis-to-mongo/mongo-sink';
import { Lack } from './lack.js';

/** MongoDB has lost keys when it holds less than this share of what it held. */
const LOST_SHARE = 0.9;

/** Detects a dropped or restored target by counting the documents of keys regularly. */
export class TargetLosses {
  readonly #db: Parameters<typeof countKeyDocuments>[0];
  readonly #queue: Pick<JobQueue, 'schedulers' | 'dueCount'>;
  #documents = 0;
  /** Active keys when documents were missing last, until there are more again. */
  #active: number | undefined;
  /** A sweep for fewer documents than job schedulers is not made again while there are as many. */
  #sweptFor: number | undefined;
  /** Streams and sets that have a job scheduler, are not due, and have no document: someone has removed it. */
  readonly missing = new Lack();

  constructor(db: Parameters<typeof countKeyDocuments>[0], queue: Pick<JobQueue, 'schedulers' | 'dueCount'>) {
    this.#db = db;
    this.#queue = queue;
  }

  /**
   * Whether keys were lost since the last call.
   * @param isSweeping a sweep is under way: it makes a page's job schedulers before it requests its keys.
   * @throws SyncError as the sink and the queue throw.
   */
  async found(isSweeping: boolean): Promise<boolean> {
    const before = this.#documents;
    const documents = await countKeyDocuments(this.#db);
    this.#documents = documents;
    if (documents > before) this.#active = undefined;
    if (documents !== this.#sweptFor) this.#sweptFor = undefined;
    if (!isSweeping && this.missing.isNew) {
      this.missing.settle();
      return true;
    }
    if (documents >= LOST_SHARE * before) return !isSweeping && (await this.#areTooFew(documents));
    // What is kept of gone keys goes after a time: that is no loss.
    const active = await countActiveKeys(this.#db);
    const isLost = this.#active === undefined || active < LOST_SHARE * this.#active;
    this.#active = active;
    return isLost;
  }

  /** Between two calls it may have been filled and dropped: each stream and set has a document once it is no longer due. */
  async #areTooFew(documents: number): Promise<boolean> {
    if (documents === this.#sweptFor || documents >= (await this.#queue.schedulers.count())) return false;
    if ((await this.#queue.dueCount()) > 0) return false;
    this.#sweptFor = documents;
    return true;
  }
}
