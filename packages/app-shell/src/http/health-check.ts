import { defined, inTime } from '@redis-to-mongo/pipeline';
import { errorCode } from '../log/render-error.js';

/** Something that an app needs in order to be ready. */
export interface HealthCheck {
  readonly name: string;
  /** Resolves when it is well, throws when it is not. */
  check(): Promise<void>;
}

/** Asks health checks, each with a time limit, and never the same one twice at a time, however often it is asked. */
export class Health {
  readonly #checks: readonly HealthCheck[];
  readonly #timeoutMs: number;
  readonly #running = new Map<HealthCheck, Promise<string | undefined>>();

  /** How each check has failed last, until it succeeds: a late one tells nothing else. */
  readonly #lastFailures = new Map<HealthCheck, string>();

  /** @param timeoutMs after which a check counts as failed: with the code of its last failure, else `HEALTH_TIMEOUT`. */
  constructor(checks: readonly HealthCheck[], timeoutMs: number) {
    this.#checks = checks;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs all checks at once, each within the time limit. A check that fails or is late is a result, not an error. */
  async ask() {
    return await Promise.all(this.#checks.map((check) => this.#askOne(check)));
  }

  /** Errors show as their code alone: messages may name hosts and users. */
  async #askOne(check: HealthCheck) {
    const began = Date.now();
    const late = () => new Error('late'); // what fails has a code, and does not throw
    const code = await inTime(this.#failureOf(check), this.#timeoutMs, late).catch(
      () => this.#lastFailures.get(check) ?? 'HEALTH_TIMEOUT',
    );
    const ms = Date.now() - began;
    return { name: check.name, ok: code === undefined, ms, ...defined({ code }) };
  }

  /** The code of the check's error, or nothing; shared by all who ask while it runs. */
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
