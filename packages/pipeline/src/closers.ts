import { setTimeout as delay } from 'node:timers/promises';

/** The log for errors during closing. */
export interface ClosingLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Closes one resource, within the given number of ms. */
export type Closer = (remainingMs: number) => unknown;

/** The open resources of a process, closed last in, first out. */
export class Closers {
  readonly #open: { readonly name: string; readonly close: Closer }[] = [];
  #deadline: number | undefined;
  #patienceMs = Number.POSITIVE_INFINITY;

  constructor(private readonly logger: ClosingLog) {}

  /**
   * Registers the closer of a resource that was just opened. If the app is already closing (a signal came
   * during the start), the resource is closed immediately.
   * @param name for the log, if closing fails or takes too long.
   */
  add(name: string, close: Closer): void {
    if (this.#deadline === undefined) this.#open.push({ name, close });
    else void this.#closeOne(name, close, this.#deadline);
  }

  /**
   * Limits each closer to `ms` from now on. A closer that takes longer is abandoned, without a warning: it is
   * known to wait in vain.
   */
  hurry(ms: number): void {
    this.#patienceMs = ms;
  }

  /**
   * Closes all resources one after the other, each within the remaining time. The others are closed even if
   * one fails or is late.
   * @returns whether all were closed, without an error and in time.
   */
  async closeAll(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    this.#deadline = deadline;
    let all = true;
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      all = (await this.#closeOne(next.name, next.close, deadline)) && all;
    }
    return all;
  }

  async #closeOne(name: string, close: Closer, deadline: number): Promise<boolean> {
    const patienceMs = this.#patienceMs;
    const remainingMs = Math.min(patienceMs, Math.max(0, deadline - performance.now()));
    const timer = new AbortController();
    try {
      const late = delay(remainingMs, 'late', { signal: timer.signal }).catch(() => 'late');
      const closed = (async () => {
        await close(remainingMs);
        return 'closed';
      })();
      if ((await Promise.race([closed, late])) === 'closed') return true;
      closed.catch((error: unknown) =>
        this.logger.debug(`closing ${name} failed, after its time limit`, { error }),
      );
      if (remainingMs === patienceMs) {
        this.logger.debug(`${name} was abandoned`, { closer: name });
        return true;
      }
      this.logger.warn(`${name} was not closed in time`, { closer: name });
    } catch (error) {
      this.logger.warn(`closing ${name} failed`, { closer: name, error });
    } finally {
      timer.abort();
    }
    return false;
  }
}
