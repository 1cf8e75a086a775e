import { randomUUID } from 'node:crypto';
import type { Logger } from '@redis-to-mongo/app-shell';
import type { AuditBook } from '@redis-to-mongo/operations';
import { type AuditAction, defined } from '@redis-to-mongo/pipeline';
import { codeOf } from '../in-time.js';
import type { ListSize } from '../keys/list-size.js';

/** What is asked for of many at once. */
export interface BulkWork {
  readonly action: AuditAction;
  /** The filter that chose them, as people read it. */
  readonly filter: string;
  readonly from: string;
  /** How many there were when it was asked for. */
  readonly total: ListSize;
  items(): AsyncIterable<BulkItem>;
  /** @returns what came of it, in a few words; `undefined`: it is no longer there. */
  run(item: BulkItem): Promise<string | undefined>;
  readonly book: Pick<AuditBook, 'note' | 'flush'>;
}

export interface BulkItem {
  readonly key: string;
  /** Of a dead letter. */
  readonly id?: string;
}

/** How far it is. */
export interface BulkProgress {
  readonly id: string;
  readonly action: AuditAction;
  readonly filter: string;
  readonly total: ListSize;
  readonly done: number;
  readonly failed: number;
  /** `stopped`: by an operator, or by an error of the list itself. */
  readonly is: 'running' | 'done' | 'stopped';
  /** The code of the error that was met last. */
  readonly code?: string;
}

const AT_ONCE = 10;

/** Does something to each of many, one such work at a time; each is logged, and kept in the audit. */
export class BulkRunner {
  readonly #logger: Logger;
  #progress: BulkProgress | undefined;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The work under way, or the last one. */
  get progress(): BulkProgress | undefined {
    return this.#progress;
  }

  /** @returns its first progress; `undefined` while another one is under way. */
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
    this.#logger.info('many: begun', { action, filter, total: total.count, from: work.from });
    this.#running = this.#run(work);
    return progress;
  }

  /** What is under way with single ones ends; no other one begins. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(work: BulkWork): Promise<void> {
    let code: string | undefined;
    try {
      const items = work.items()[Symbol.asyncIterator]();
      const lane = async () => {
        while (!this.#isStopped) {
          const { done, value } = await items.next();
          if (done) return;
          await this.#one(work, value);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    } catch (error) {
      this.#isStopped = true;
      code = codeOf(error);
      this.#logger.error('bulk action: the list could not be read', { action: work.action, error });
    }
    await work.book.flush();
    this.#advance({ is: this.#isStopped ? 'stopped' : 'done', ...defined({ code }) });
    const { action, filter, total, done, failed, is } = this.#progress ?? {};
    this.#logger.info('many: ended', { action, filter, total: total?.count, done, failed, is });
  }

  async #one({ action, filter, from, book, run }: BulkWork, item: BulkItem): Promise<void> {
    const details = { action, ...item, filter, from };
    const named = (result: string) => (item.id === undefined ? result : `${item.id}: ${result}`);
    try {
      const result = (await run(item)) ?? 'no longer there';
      this.#logger.info('operator action', details);
      await book.note({ action, key: item.key, filter, result: named(result) });
      this.#advance({ done: (this.#progress?.done ?? 0) + 1 });
    } catch (error) {
      this.#logger.warn('operator action failed', { ...details, error });
      await book.note({ action, key: item.key, filter, result: named('failed'), error });
      this.#advance({ failed: (this.#progress?.failed ?? 0) + 1, code: codeOf(error) });
    }
  }

  #advance(change: Partial<BulkProgress>): void {
    if (this.#progress) this.#progress = { ...this.#progress, ...change };
  }
}
