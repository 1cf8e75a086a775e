import { randomUUID } from 'node:crypto';
import type { Logger } from '@redis-to-mongo/app-shell';
import type { AuditBook } from '@redis-to-mongo/operations';
import { type AuditAction, pagesOf } from '@redis-to-mongo/pipeline';
import { codeOf } from '../in-time.js';
import type { ListSize } from '../keys/list-size.js';

/** One action on all items of a list. */
export interface BulkWork {
  readonly action: AuditAction;
  /** The filter of the list, in words. */
  readonly filter: string;
  readonly from: string;
  /** The size of the list at the time of the request. */
  readonly total: ListSize;
  items(): AsyncIterable<BulkItem>;
  /** Maximum number of items that `run` is given. If it throws, all of them have failed. */
  readonly together: number;
  /** @returns for each item the result in a few words; `undefined` if it no longer exists. */
  run(items: readonly BulkItem[]): Promise<readonly (string | undefined)[]>;
  readonly book: Pick<AuditBook, 'note' | 'flush'>;
}

export interface BulkItem {
  readonly key: string;
  /** The id of a dead letter. */
  readonly id?: string;
}

/** The progress of a bulk action. */
export interface BulkProgress extends Pick<BulkWork, 'action' | 'filter' | 'total'> {
  readonly id: string;
  readonly done: number;
  readonly failed: number;
  /** `stopped`: by an operator, or by an error of the list itself. */
  readonly is: 'running' | 'done' | 'stopped';
  /** The code of the last error. */
  readonly code?: string;
}

const AT_ONCE = 10;

/** Runs an action on the items of a list, one list at a time. Each item is logged, and recorded in the audit. */
export class BulkRunner {
  #progress: BulkProgress | undefined;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly logger: Logger) {}

  /** The progress of the current bulk action, or of the last one. */
  get progress(): BulkProgress | undefined {
    return this.#progress;
  }

  /** @returns its first progress; `undefined` if another bulk action is running. */
  start(work: BulkWork): BulkProgress | undefined {
    if (this.#progress?.is === 'running') return undefined;
    const { action, filter, total } = work;
    this.#isStopped = false;
    const progress: BulkProgress = {
      id: randomUUID(),
      action,
      filter,
      total,
      done: 0,
      failed: 0,
      is: 'running',
    };
    this.#progress = progress;
    this.logger.info('many: begun', { action, filter, total: total.count, from: work.from });
    this.#running = this.#run(work);
    return progress;
  }

  /** Lets actions under way end, and begins no others. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(work: BulkWork): Promise<void> {
    const parts = pagesOf(work.items(), work.together);
    const lane = async () => {
      try {
        while (!this.#isStopped) {
          const { done, value } = await parts.next();
          if (done) return;
          await this.#part(work, value);
        }
      } catch (error) {
        this.#isStopped = true;
        this.#advance({ code: codeOf(error) });
        this.logger.error('bulk action: the list could not be read', { action: work.action, error });
      }
    };
    // If the list cannot be read any further, actions under way end before the bulk action does.
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    await work.book.flush();
    this.#advance({ is: this.#isStopped ? 'stopped' : 'done' });
    const { action, filter, total, done, failed, is } = this.#progress ?? {};
    this.logger.info('many: ended', { action, filter, total: total?.count, done, failed, is });
  }

  async #part({ action, filter, from, book, run }: BulkWork, items: readonly BulkItem[]): Promise<void> {
    const named = ({ id }: BulkItem, result: string) => (id === undefined ? result : `${id}: ${result}`);
    try {
      const results = await run(items);
      this.#advance({ done: (this.#progress?.done ?? 0) + items.length });
      for (const [i, item] of items.entries()) {
        this.logger.info('operator action', { action, ...item, filter, from });
        const result = named(item, results[i] ?? 'no longer there');
        await book.note({ action, key: item.key, filter, result });
      }
    } catch (error) {
      this.#advance({ failed: (this.#progress?.failed ?? 0) + items.length, code: codeOf(error) });
      for (const item of items) {
        this.logger.warn('operator action failed', { action, ...item, filter, from, error });
        await book.note({ action, key: item.key, filter, result: named(item, 'failed'), error });
      }
    }
  }

  #advance(change: Partial<BulkProgress>): void {
    if (this.#progress) this.#progress = { ...this.#progress, ...change };
  }
}
