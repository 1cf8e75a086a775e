import { randomUUID } from 'node:crypto';
import { connectRedis, writeTogether } from '@redis-to-mongo/redis-connection';
import { BEGIN, END, RENEW } from './claim-scripts.js';
import { OneAtATime } from './one-at-a-time.js';
import { owedKey, wokenKey } from './owed-keys.js';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { schedulerId } from './scheduler-id.js';

/** What came of asking for a key. */
export type Claim = 'granted' | 'busy' | 'set aside';

export type Claimed<T> =
  | { readonly claim: 'granted'; readonly result: T; readonly again: boolean }
  | { readonly claim: 'busy' | 'set aside' };

/** How long a claim holds without being renewed: after a worker's death its keys are free again by then. */
const HOLD_MS = 10_000;
const STARTS_ALLOWED = 3;
const SET_ASIDE_MS = 3_600_000;
const [BUSY, GRANTED, SET_ASIDE] = [0, 1, 2];

/**
 * Sees to it that one worker at a time works on a key: a key's scheduled job, its wake-ups and its retries would
 * otherwise read the same entries side by side. It saves work; correctness rests on compare-and-set alone.
 *
 * It also counts jobs that began and never ended: a key whose job has killed its worker three times in a row is set
 * aside for an hour, so that it does not take the fleet with it. All keys that were worked on when a process died
 * are suspects, and a process works on one suspect at a time: so the innocent ones end their jobs, and only the
 * one that kills goes on to the third time.
 */
export class Claims {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #prefix: string;
  readonly #owed: string;
  readonly #woken: string;
  readonly #held = new Map<string, string>();
  readonly #suspects = new OneAtATime();
  readonly #renewal: NodeJS.Timeout;

  constructor(settings: QueueSettings, onError: (error: Error) => void) {
    this.#redis = writeTogether(connectRedis(settings.redis, onError));
    this.#prefix = `${keyPrefix(settings)}:claim:`;
    this.#owed = owedKey(settings);
    this.#woken = wokenKey(settings);
    this.#renewal = setInterval(() => void this.#renew().catch(onError), HOLD_MS / 3);
    this.#renewal.unref();
  }

  /**
   * Runs `work` if the key is free. `again` is true when somebody asked for the key while it ran: then its newest
   * change may not have been seen.
   */
  async during<T>(key: string, work: () => Promise<T>): Promise<Claimed<T>> {
    return (
      (await this.#attempt(key, work, false)) ??
      (await this.#suspects.run(() => this.#attempt(key, work, true))) ?? { claim: 'busy' }
    );
  }

  /** `undefined`: the key is a suspect, and this was not the place to run it. */
  async #attempt<T>(
    key: string,
    work: () => Promise<T>,
    runsAlone: boolean,
  ): Promise<Claimed<T> | undefined> {
    const token = randomUUID();
    const name = this.#prefix + schedulerId(key);
    const limits = [HOLD_MS, STARTS_ALLOWED, SET_ASIDE_MS, runsAlone ? 1 : 0];
    const answer = await BEGIN.run(this.#redis, [name, this.#woken], token, key, ...limits);
    if (answer === BUSY) return { claim: 'busy' };
    if (answer === SET_ASIDE) {
      await this.#redis.zrem(this.#owed, key); // else it would be woken again and again
      return { claim: 'set aside' };
    }
    if (answer !== GRANTED) return undefined;
    this.#held.set(name, token);
    try {
      const result = await work();
      return { claim: 'granted', result, again: await this.#end(name, token, key, true) };
    } catch (error) {
      await this.#end(name, token, key, false);
      throw error;
    }
  }

  async #end(name: string, token: string, key: string, isWell: boolean): Promise<boolean> {
    this.#held.delete(name);
    return (await END.run(this.#redis, [name, this.#owed], token, key, isWell ? 1 : 0)) === 1;
  }

  async #renew(): Promise<void> {
    await Promise.all([...this.#held].map(([name, token]) => RENEW.run(this.#redis, [name], token, HOLD_MS)));
  }

  close(): void {
    clearInterval(this.#renewal);
    this.#redis.disconnect();
  }
}
