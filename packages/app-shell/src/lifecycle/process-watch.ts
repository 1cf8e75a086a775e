import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from '@redis-to-mongo/pipeline';
import { version } from '@redis-to-mongo/terminal';

/** The event loop is sampled this often, in ms: a shorter lag does no harm, and each sample costs a wake-up. */
const SAMPLE_MS = 500;

/** Measures this process: memory, and the delay of its event loop. `close` ends it. */
export class ProcessWatch {
  readonly #delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  readonly #constant = { host: hostname(), pid: process.pid, version: version() };

  constructor() {
    this.#delays.enable();
  }

  /** Begins a new measurement of the event loop. */
  read(): ProcessFacts {
    const { max, count } = this.#delays;
    this.#delays.reset();
    return {
      ...this.#constant,
      uptimeSec: Math.floor(process.uptime()),
      memoryBytes: process.memoryUsage.rss(),
      // Delays are measured from sample to sample.
      eventLoopLagMs: count === 0 ? 0 : Math.max(0, Math.round(max / 1e6 - SAMPLE_MS)),
    };
  }

  /** Measures no more. */
  close(): void {
    this.#delays.disable();
  }
}
