import { randomUUID } from 'node:crypto';
import type { Logger } from '@redis-to-mongo/app-shell';
import type { AuditBook } from '@redis-to-mongo/operations';
import type { AuditAction } from '@redis-to-mongo/pipeline';
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
  /** @returns the result in a few words; `undefined` if the item no longer exists. */
  run(item: BulkItem): Promise<string | undefined>;
  readonly book: Pick<AuditBook, 'note' | 'flush'>;
}

export interface BulkItem {
  readonly key: string;
  /** The id of a dead letter. */
  readonly id?: string;
}

/** The progress of a bulk action. */
export interface BulkProgress {
  readonly id: string;
  readonly action: AuditAction;
  readonly filter: string;
  readonly total: ListSize;
  readonly done: number;
  readonly failed: number;
  /** `stopped`: by an operator, or by an error of the list itself. */
  readonly is: 'running' | 'done' | 'stopped';
  /** The code of the last error. */
  readonly code?: string;
}

const AT_ONCE = 10;

/** Runs an action on each item of a list, one list at a time. Each action is logged, and recorded in the audit. */
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

  /** Lets actions under way on single items end, and begins no others. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(work: BulkWork): Promise<void> {
    const items = work.items()[Symbol.asyncIterator]();
    const lane = async () => {
      try {
        while (!this.#isStopped) {
          const { done, value } = await items.next();
          if (done) return;
          await this.#one(work, value);
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

  async #one({ action, filter, from, book, run }: BulkWork, item: BulkItem): Promise<void> {
    const details = { action, ...item, filter, from };
    const named = (result: string) => (item.id === undefined ? result : `${item.id}: ${result}`);
    try {
      const result = (await run(item)) ?? 'no longer there';
      this.logger.info('operator action', details);
      await book.note({ action, key: item.key, filter, result: named(result) });
      this.#advance({ done: (this.#progress?.done ?? 0) + 1 });
    } catch (error) {
      this.logger.warn('operator action failed', { ...details, error });
      await book.note({ action, key: item.key, filter, result: named('failed'), error });
      this.#advance({ failed: (this.#progress?.failed ?? 0) + 1, code: codeOf(error) });
    }
  }

  #advance(change: Partial<BulkProgress>): void {
    if (this.#progress) this.#progress = { ...this.#progress, ...change };
  }
}
