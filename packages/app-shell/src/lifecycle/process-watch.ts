import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from '@redis-to-mongo/pipeline';
import { version } from '@redis-to-mongo/terminal';

/**
 * Sampling interval of the event loop, in ms. A shorter lag does no harm, and each sample costs a wake-up.
 */
const SAMPLE_MS = 500;

/** Measures this process: memory, and the delay of its event loop. `close` ends it. */
export class ProcessWatch {
  readonly #delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  readonly #constant = { host: hostname(), pid: process.pid, version: version() };

  constructor() {
    this.#delays.enable();
  }

  /** Reads the measurements, and starts a new one of the event loop. */
  read(): ProcessFacts {
    const { max, count } = this.#delays;
    this.#delays.reset();
    return {
      ...this.#constant,
      uptimeSec: Math.floor(process.uptime()),
      memoryBytes: process.memoryUsage.rss(),
      // The measured delay includes the sampling interval.
      eventLoopLagMs: count === 0 ? 0 : Math.max(0, Math.round(max / 1e6 - SAMPLE_MS)),
    };
  }

  /** Stops measuring. */
  close(): void {
    this.#delays.disable();
  }
}
