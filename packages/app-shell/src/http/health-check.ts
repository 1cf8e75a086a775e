import { defined, inTime } from '@redis-to-mongo/pipeline';
import { errorCode } from '../log/render-error.js';

/** Something that an app needs in order to be ready. */
export interface HealthCheck {
  readonly name: string;
  /** Resolves if it works, throws if it does not. */
  check(): Promise<void>;
}

/**
 * Runs health checks, each with a time limit. A check never runs twice at the same time, however many callers
 * there are.
 */
export class Health {
  readonly #running = new Map<HealthCheck, Promise<string | undefined>>();

  /** The code of each check's last failure, until it succeeds. It is reported if the check is late. */
  readonly #lastFailures = new Map<HealthCheck, string>();

  /**
   * @param timeoutMs time after which a check counts as failed, with the code of its last failure, or
   * `HEALTH_TIMEOUT`.
   */
  constructor(
    private readonly checks: readonly HealthCheck[],
    private readonly timeoutMs: number,
  ) {}

  /**
   * Runs all checks concurrently, each within the time limit. A failed or late check is a result, not an
   * error.
   */
  async ask() {
    return await Promise.all(this.checks.map((check) => this.#askOne(check)));
  }

  /** Reports errors only by their code: messages may name hosts and users. */
  async #askOne(check: HealthCheck) {
    const began = Date.now();
    const late = () => new Error('late'); // a failed check yields a code, and does not throw
    const code = await inTime(this.#failureOf(check), this.timeoutMs, late).catch(
      () => this.#lastFailures.get(check) ?? 'HEALTH_TIMEOUT',
    );
    const ms = Date.now() - began;
    return { name: check.name, ok: code === undefined, ms, ...defined({ code }) };
  }

  /** The code of the check's error, or undefined. Callers share a running check. */
  #failureOf(check: HealthCheck): Promise<string | undefined> {
    const running = this.#running.get(check);
    if (running) return running;
    const failure = (async () => {
      try {
        await check.check();
        this.#lastFailures.delete(check);
        return undefined;
      } catch (error) {
        const code = errorCode(error) ?? 'UNKNOWN';
        this.#lastFailures.set(check, code);
        return code;
      } finally {
        this.#running.delete(check);
      }
    })();
    this.#running.set(check, failure);
    return failure;
  }
}
