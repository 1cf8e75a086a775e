import { randomUUID } from 'node:crypto';
import { type connectRedis, writeTogether } from '@redis-to-mongo/redis-connection';
import { BEGIN, claimKey, END, RENEW } from './claim-scripts.js';
import { connectQueue } from './connect-queue.js';
import { OneAtATime } from './one-at-a-time.js';
import { owedKey, wokenKey } from './owed-keys.js';
import type { QueueSettings } from './queue-settings.js';

/** What came of asking for a key. */
export type Claim = 'granted' | 'busy' | 'set aside';

/** A claim that outlives its job. It is held until it is let go, or until a job begins with the key. */
export interface KeptClaim {
  readonly key: string;
  readonly token: string;
}

export type Claimed<T> =
  | {
      readonly claim: 'granted';
      readonly result: T;
      readonly again: boolean;
      readonly kept: KeptClaim | undefined;
    }
  | { readonly claim: 'busy' | 'set aside' };

/** How long a claim holds without being renewed: after a worker's death its keys are free again by then. */
const HOLD_MS = 10_000;
/** Claims renewed in one step. */
const AT_ONCE = 500;
const STARTS_ALLOWED = 3;
const SET_ASIDE_MS = 3_600_000;
const [BUSY, GRANTED, SET_ASIDE, TAKEN_OVER] = [0, 1, 2, 4];
const [AGAIN, KEPT] = [1, 2];

/**
 * Sees to it that one worker at a time works on a key: a key's scheduled job, its wake-ups and its retries would
 * otherwise read the same entries side by side. It saves work; correctness rests on compare-and-set alone.
 *
 * It also counts jobs that began and never ended: a key whose job has killed its worker three times in a row is set
 * aside for an hour, so that it does not take the fleet with it. All keys that were worked on when a process died
 * are suspects, and a process works on one suspect at a time: so the innocent ones end their jobs, and only the
 * one that kills goes on to the third time.
 *
 * A claim may be kept when its job ends, by a worker that goes on reading the key. It keeps nobody out: whichever job begins
 * with the key takes it over.
 */
export class Claims {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #settings: QueueSettings;
  readonly #owed: string;
  readonly #woken: string;
  /** The tokens of the claims that are held, by key. */
  readonly #held = new Map<string, string>();
  #asked: { claim: KeptClaim; resolve: (isHeld: boolean) => void; reject: (error: unknown) => void }[] = [];
  readonly #suspects = new OneAtATime();
  readonly #renewal: NodeJS.Timeout;

  constructor(settings: QueueSettings, onError: (error: Error) => void) {
    this.#redis = writeTogether(connectQueue(settings, onError));
    this.#settings = settings;
    this.#owed = owedKey(settings);
    this.#woken = wokenKey(settings);
    this.#renewal = setInterval(() => void this.#renew().catch(onError), HOLD_MS / 3);
    this.#renewal.unref();
  }

  /**
   * Runs `work` if the key is free. `again` is true when somebody asked for the key while it ran: then its newest
   * change may not have been seen.
   * @param mayKeep whether the claim is to be kept, told whether it was until this job; it is not where somebody has
   * asked for the key.
   */
  async during<T>(
    key: string,
    work: () => Promise<T>,
    mayKeep: (result: T, wasKept: boolean) => boolean = () => false,
  ): Promise<Claimed<T>> {
    return (
      (await this.#attempt(key, work, mayKeep, false)) ??
      (await this.#suspects.run(() => this.#attempt(key, work, mayKeep, true))) ?? { claim: 'busy' }
    );
  }

  /** Whether a kept claim is still held: no job has begun with the key since. Those asked for in one turn go together. */
  async stillHolds(claim: KeptClaim): Promise<boolean> {
    return await new Promise((resolve, reject) => {
      this.#asked.push({ claim, resolve, reject });
      if (this.#asked.length === 1) setImmediate(() => void this.#answer());
    });
  }

  /** Gives a kept claim up, where it is still held. */
  async letGo({ key, token }: KeptClaim): Promise<void> {
    await this.#end(key, token, false);
  }

  /** `undefined`: the key is a suspect, and this was not the place to run it. */
  async #attempt<T>(
    key: string,
    work: () => Promise<T>,
    mayKeep: (result: T, wasKept: boolean) => boolean,
    runsAlone: boolean,
  ): Promise<Claimed<T> | undefined> {
    const token = randomUUID();
    const limits = [HOLD_MS, STARTS_ALLOWED, SET_ASIDE_MS, runsAlone ? 1 : 0];
    const answer = await BEGIN.run(this.#redis, [this.#nameOf(key), this.#woken], token, key, ...limits);
    if (answer === BUSY) return { claim: 'busy' };
    if (answer === SET_ASIDE) {
      await this.#redis.zrem(this.#owed, key); // else it would be woken again and again
      return { claim: 'set aside' };
    }
    if (answer !== GRANTED && answer !== TAKEN_OVER) return undefined;
    this.#held.set(key, token);
    try {
      const result = await work();
      const end = await this.#end(key, token, true, mayKeep(result, answer === TAKEN_OVER) ? HOLD_MS : 0);
      const kept = end === KEPT ? { key, token } : undefined;
      return { claim: 'granted', result, again: end === AGAIN, kept };
    } catch (error) {
      await this.#end(key, token, false);
      throw error;
    }
  }

  async #end(key: string, token: string, isWell: boolean, keepMs = 0): Promise<unknown> {
    if (keepMs === 0) this.#forget(key, token); // whatever comes of it, it is renewed no longer
    const names = [this.#nameOf(key), this.#owed];
    const end = await END.run(this.#redis, names, token, key, isWell ? 1 : 0, keepMs);
    if (end !== KEPT) this.#forget(key, token);
    return end;
  }

  #forget(key: string, token: string): void {
    if (this.#held.get(key) === token) this.#held.delete(key);
  }

  async #answer(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const held = await this.#renewAll(asked.map(({ claim }) => claim));
      asked.forEach(({ resolve }, i) => {
        resolve(held[i] === true);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async #renew(): Promise<void> {
    const claims = [...this.#held].map(([key, token]) => ({ key, token }));
    for (let i = 0; i < claims.length; i += AT_ONCE) await this.#renewAll(claims.slice(i, i + AT_ONCE));
  }

  async #renewAll(claims: readonly KeptClaim[]): Promise<boolean[]> {
    const names = claims.map(({ key }) => this.#nameOf(key));
    const reply = await RENEW.run(this.#redis, names, HOLD_MS, ...claims.map(({ token }) => token));
    const held = claims.map((_, i) => Array.isArray(reply) && reply[i] === 1);
    claims.forEach(({ key, token }, i) => {
      if (!held[i]) this.#forget(key, token);
    });
    return held;
  }

  #nameOf(key: string): string {
    return claimKey(this.#settings, key);
  }

  close(): void {
    clearInterval(this.#renewal);
    this.#redis.disconnect();
  }
}
