import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { type DiscoveryOptions, type DiscoveryReport, runDiscovery } from './discovery.js';
import { KeyCensus } from './key-census.js';

export interface ActiveSchedulerOptions extends Omit<DiscoveryOptions, 'census'> {
  readonly queue: JobQueue;
  /** The keys that MongoDB believes are there: one that vanished while no scheduler ran is noticed by them. */
  readonly activeKeys: () => AsyncIterable<{ key: string; keyType: KeyType }>;
}

/** What the one active scheduler knows and does; a standby that takes over begins with a new one. */
export class ActiveScheduler {
  readonly #options: ActiveSchedulerOptions;
  readonly #census = new KeyCensus();
  #begun = false;

  constructor(options: ActiveSchedulerOptions) {
    this.#options = options;
  }

  /** One discovery pass. The first one also takes in what MongoDB knows, and brings old schedulers to the interval. */
  async pass(): Promise<DiscoveryReport> {
    if (!this.#begun || (await this.#queueWasEmptied())) await this.#begin();
    return await runDiscovery({ ...this.#options, census: this.#census });
  }

  async #begin(): Promise<void> {
    const { queue, activeKeys, wanted, intervalMs } = this.#options;
    for await (const { key, keyType } of activeKeys()) if (wanted(key)) this.#census.remember(key, keyType);
    await queue.adoptInterval(intervalMs);
    this.#begun = true;
  }

  /** An emptied queue has also lost the jobs that should have retired vanished keys: MongoDB still knows them. */
  async #queueWasEmptied(): Promise<boolean> {
    return this.#census.types.size > 0 && (await this.#options.queue.schedulerCount()) === 0;
  }
}
