import type { HealthCheck } from '@redis-to-mongo/app-shell';
import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { SyncError } from '@redis-to-mongo/pipeline';
import type { CircuitBreaker } from './circuit-breaker.js';

const STARTING = new SyncError('STARTING', 'transient', 'the worker has not started to pull jobs yet');

/** Tracks whether a worker pulls jobs, and the reason if it does not. */
export class Readiness {
  /** Why no jobs are pulled, apart from the guard's reason; `undefined` once they are pulled. */
  trouble: unknown = STARTING;
  readonly #since = performance.now();

  constructor(private readonly guard: Pick<CircuitBreaker, 'reason'>) {}

  /** The checks behind `/readyz`. */
  get checks(): readonly HealthCheck[] {
    return [
      { name: 'configuration', check: async () => throwIf(this.guard.reason) },
      { name: 'work', check: async () => throwIf(this.trouble) },
    ];
  }

  /**
   * The worker's heartbeat. If the worker waits for a server, its heartbeat says for which error, and since
   * when: another worker would not help.
   */
  get heartbeat(): Heartbeat | undefined {
    const trouble = this.guard.reason ?? this.trouble;
    if (!trouble) return { app: 'worker', state: 'active' };
    if (!(trouble instanceof SyncError) || trouble === STARTING) return undefined;
    const { code, message, errorClass } = trouble;
    if (errorClass === 'configuration') return { app: 'worker', state: 'paused', code };
    if (errorClass !== 'transient') return undefined;
    const forMs = Math.round(performance.now() - this.#since);
    return { app: 'worker', state: 'active', retrying: { code, message, forMs } };
  }
}

function throwIf(trouble: unknown): void {
  if (trouble) throw trouble;
}
