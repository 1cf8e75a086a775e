import type { JobQueue } from '@redis-to-mongo/job-queue';
import { countActiveKeys, countKeyDocuments } from '@redis-to-mongo/mongo-sink';
import { Lack } from './lack.js';

/** MongoDB has lost keys if fewer than this fraction of the documents are left. */
const LOST_SHARE = 0.9;

/** Detects a dropped or restored target by counting the documents of keys regularly. */
export class TargetLosses {
  #documents = 0;
  /** Number of active keys when documents were last missing; reset when there are more documents again. */
  #active: number | undefined;
  /**
   * The number of documents for which a sweep was last requested. It is not repeated while the number is the
   * same.
   */
  #sweptFor: number | undefined;
  /**
   * Streams and sets that have a job scheduler, are not due, and have no document, because it was removed.
   */
  readonly missing = new Lack();

  constructor(
    private readonly db: Parameters<typeof countKeyDocuments>[0],
    private readonly queue: Pick<JobQueue, 'schedulers' | 'dueCount'>,
  ) {}

  /**
   * Whether keys were lost since the last call.
   * @param isSweeping a sweep is under way. It has a page's job schedulers created before it requests the
   * page's keys.
   * @throws SyncError as the sink and the queue throw.
   */
  async found(isSweeping: boolean): Promise<boolean> {
    const before = this.#documents;
    const documents = await countKeyDocuments(this.db);
    this.#documents = documents;
    if (documents > before) this.#active = undefined;
    if (documents !== this.#sweptFor) this.#sweptFor = undefined;
    if (!isSweeping && this.missing.isNew) {
      this.missing.settle();
      return true;
    }
    if (documents >= LOST_SHARE * before) return !isSweeping && (await this.#areTooFew(documents));
    // Documents of deleted keys are removed after a time. That is no loss.
    const active = await countActiveKeys(this.db);
    const isLost = this.#active === undefined || active < LOST_SHARE * this.#active;
    this.#active = active;
    return isLost;
  }

  /**
   * Detects a target that was filled and dropped between two calls: each stream and set has a document once
   * it is no longer due.
   */
  async #areTooFew(documents: number): Promise<boolean> {
    if (documents === this.#sweptFor || documents >= (await this.queue.schedulers.count())) return false;
    if ((await this.queue.dueCount()) > 0) return false;
    this.#sweptFor = documents;
    return true;
  }
}
