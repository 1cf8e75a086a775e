import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFacts } from '@redis-to-mongo/pipeline';
import { version } from '../version.js';

/** The event loop is looked at this often, in ms: a lag that is shorter does no harm, and each look costs a wake-up. */
const LOOK_MS = 100;

/** Watches this process; `close` ends it. */
export class ProcessWatch {
  readonly #delays = monitorEventLoopDelay({ resolution: LOOK_MS });

  constructor() {
    this.#delays.enable();
  }

  /** Begins a new measurement of the event loop. */
  read(): ProcessFacts {
    const { max, count } = this.#delays;
    this.#delays.reset();
    return {
      host: hostname(),
      pid: process.pid,
      version: version(),
      uptimeSec: Math.floor(process.uptime()),
      memoryBytes: process.memoryUsage.rss(),
      // Delays are measured from look to look.
      eventLoopLagMs: count === 0 ? 0 : Math.max(0, Math.round(max / 1e6 - LOOK_MS)),
    };
  }

  close(): void {
    this.#delays.disable();
  }
}
