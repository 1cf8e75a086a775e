import { randomUUID } from 'node:crypto';
import { GroupCommit, inParts, OneAtATime } from '@redis-to-mongo/pipeline';
import { type connectRedis, writeTogether } from '@redis-to-mongo/redis-connection';
import { type BookkeepingKeys, bookkeepingKeys } from './bookkeeping.js';
import {
  BEGIN,
  BUSY,
  END,
  HEARTBEAT,
  NEEDS_ANOTHER,
  QUARANTINED,
  RELEASE,
  RETAINED,
  STILL_HELD,
  SUSPECT,
  WAS_INTERRUPTED,
  WAS_RETAINED,
} from './claim-scripts.js';
import { connectQueue } from './connect-queue.js';
import { type Ending, groupEnds } from './group-ends.js';
import { deadAfterMsOf, type QueueSettings } from './queue-settings.js';

/** A worker's hold on a key, for one run or, retained, beyond it. */
export interface Claim {
  readonly key: string;
  /** The name that the worker had when it claimed the key. */
  readonly worker: string;
  readonly run: string;
  /** Until now a worker tailed the key. */
  readonly wasRetained: boolean;
  /** The run before did not end well: what it wrote may not be in the key's state. */
  readonly wasInterrupted: boolean;
}

/** The result of claiming keys. */
export interface Claimed {
  readonly granted: readonly Claim[];
  /** Others work on them: those will see to it that the request is answered. */
  readonly busy: readonly string[];
  /** Their runs killed their workers again and again: they rest for an hour. */
  readonly quarantined: readonly string[];
  /** A run of theirs did not end: see `claimAlone`. */
  readonly suspects: readonly string[];
}

/** How a run ended: `more` and `overtaken` ask for another one, `retain` keeps the claim for tailing. */
export type RunEnd = 'done' | 'more' | 'overtaken' | 'failed' | 'retain';

/** The state of a key after its run ended: `due` means that it needs another job. */
export type ClaimEnd = 'ended' | 'due' | 'retained';

/** A worker goes by one name for this many times as long as it may be silent. */
const NAMED_FOR = 1.5;
/** The most time between two heartbeats, in ms: ends that could not be sent wait for the next one. */
const BEAT_MS = 5_000;
/** Ends in one script. */
const AT_ONCE = 500;
/** Those of one turn of the event loop go together; no script waits for another. */
const TOGETHER = { weight: AT_ONCE, weigh: () => 1, concurrency: Number.POSITIVE_INFINITY };

/**
 * Ensures that one worker at a time works on a key: its scheduled job, its requests and its retries would
 * otherwise read the same entries side by side. This is an optimization; correctness depends only on compare-and-set.
 *
 *     free ──begin──▶ running ──end(done, more, …)──▶ free
 *                        │ end(retain)                       ▲
 *                        ▼                                   │ release
 *                     retained ──────────────────────────────┘
 *                        └──begin by any worker──▶ running
 *
 * It also counts runs that began and never ended: a key whose run has killed its worker three times in a row is
 * quarantined for an hour, so that it does not take the fleet with it. All keys that were worked on when a process died
 * are suspects, and a process works on one suspect at a time: so the innocent ones end their runs, and only the
 * one that kills continues to the third time.
 *
 * A claim must not outlive its run for as long as the worker lives. So an end that could not be sent, or whose answer was lost,
 * is sent again with each heartbeat. And a worker takes another name every few seconds, and shows that it is alive by an old one only
 * while it holds something by it: an end that a failover of the queue's Redis has lost is made up for once that name is gone.
 */
export class Claims {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #names: BookkeepingKeys;
  readonly #deadAfterMs: number;
  readonly #suspects = new OneAtATime();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #ending: GroupCommit<Ending, ClaimEnd>;
  readonly #asking: GroupCommit<Claim, boolean>;
  /** Those that the server may not know of. */
  readonly #unsent: Ending[] = [];
  /** What this worker holds, by key. */
  readonly #held = new Map<string, Claim>();
  #name: { readonly worker: string; readonly since: number } | undefined;
  #naming: Promise<string> | undefined;
  #runs = 0;

  constructor(settings: QueueSettings, onError: (error: Error) => void) {
    this.#redis = writeTogether(connectQueue(settings, onError));
    this.#names = bookkeepingKeys(settings);
    this.#deadAfterMs = deadAfterMsOf(settings);
    this.#ending = new GroupCommit((ends) => this.#endAll(ends), TOGETHER);
    this.#asking = new GroupCommit((claims) => this.#askAll(claims), TOGETHER);
    const beatMs = Math.min(BEAT_MS, this.#deadAfterMs / 3);
    this.#heartbeat = setInterval(() => void this.#beat().catch(onError), beatMs);
    this.#heartbeat.unref();
  }

  /** Claims keys for one run of this worker. Every key that is granted has to be ended. */
  async claim(keys: readonly string[]): Promise<Claimed> {
    return await this.#begin(keys, false);
  }

  /**
   * Claims one suspect, and runs `work` with it while no other suspect runs in this process.
   * `work` is given no claim when the key is busy or quarantined by now.
   */
  async claimAlone<T>(key: string, work: (claimed: Claimed) => Promise<T>): Promise<T> {
    return await this.#suspects.inTurn(async () => await work(await this.#begin([key], true)));
  }

  /** Ends a run. Runs that end within one turn of the event loop are sent together. */
  async end(claim: Claim, how: RunEnd): Promise<ClaimEnd> {
    return await this.#ending.submit({ claim, how });
  }

  /** The same for many. */
  async endAll(ends: readonly Ending[]): Promise<ClaimEnd[]> {
    return (await Promise.all(inParts(ends, AT_ONCE).map((part) => this.#endAll(part)))).flat();
  }

  /**
   * Whether a retained claim is still held: no run has begun with the key since. Asked after a read. What was requested stays noted,
   * since a read does not show that the key was deleted.
   */
  async stillHolds(claim: Claim): Promise<boolean> {
    return await this.#asking.submit(claim);
  }

  /** Gives a retained claim up. @returns whether the key is due: it was requested meanwhile. */
  async release(claim: Claim): Promise<boolean> {
    const { key, worker, run } = claim;
    this.#drop(claim);
    return await this.#orUnsent(
      () => [{ claim, how: 'more' }],
      async () => {
        return (await RELEASE.run(this.#redis, this.#names, worker, run, key)) === 1;
      },
    );
  }

  /** The claims that are left are free at once. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const workers = this.#workers();
    if (workers.length > 0 && this.#redis.status === 'ready')
      await this.#redis.zrem(this.#names[2], ...workers).catch(() => {}); // they end by themselves
    this.#redis.disconnect();
  }

  async #begin(keys: readonly string[], runsAlone: boolean): Promise<Claimed> {
    const worker = this.#name?.worker ?? (await this.#firstName());
    const run = String(++this.#runs);
    const begun = () =>
      keys.map((key) => {
        const claim = { key, worker, run, wasRetained: false, wasInterrupted: true };
        return { claim, how: 'failed' } as const;
      });
    const answers = await this.#orUnsent(begun, () =>
      BEGIN.numbers(this.#redis, this.#names, worker, run, this.#deadAfterMs, runsAlone ? 1 : 0, ...keys),
    );
    const claimed = {
      granted: [] as Claim[],
      busy: [] as string[],
      quarantined: [] as string[],
      suspects: [] as string[],
    };
    keys.forEach((key, i) => {
      const answer = answers[i] ?? BUSY;
      const wasRetained = answer === WAS_RETAINED;
      const wasInterrupted = answer === WAS_INTERRUPTED;
      if (answer === BUSY) claimed.busy.push(key);
      else if (answer === QUARANTINED) claimed.quarantined.push(key);
      else if (answer === SUSPECT) claimed.suspects.push(key);
      else claimed.granted.push({ key, worker, run, wasRetained, wasInterrupted });
    });
    for (const claim of claimed.granted) this.#held.set(claim.key, claim);
    return claimed;
  }

  async #firstName(): Promise<string> {
    this.#naming ??= this.#takeName().finally(() => {
      this.#naming = undefined;
    });
    return await this.#naming;
  }

  async #takeName(): Promise<string> {
    const worker = randomUUID();
    await HEARTBEAT.run(this.#redis, this.#names, this.#deadAfterMs, worker);
    this.#name = { worker, since: performance.now() };
    return worker;
  }

  async #beat(): Promise<void> {
    if (!this.#name) return;
    if (performance.now() - this.#name.since > NAMED_FOR * this.#deadAfterMs) await this.#takeName();
    await HEARTBEAT.run(this.#redis, this.#names, this.#deadAfterMs, ...this.#workers());
    while (this.#unsent.length > 0) await this.#endAll(this.#unsent.splice(0, AT_ONCE));
  }

  /** The names by which this worker holds something, or may, and its present one. */
  #workers(): string[] {
    const claims = [...this.#held.values(), ...this.#unsent.map(({ claim }) => claim)];
    const names = new Set(claims.map(({ worker }) => worker));
    if (this.#name) names.add(this.#name.worker);
    return [...names];
  }

  /** Unless a later run of this process holds the key by now. */
  #drop(claim: Claim): void {
    if (this.#held.get(claim.key)?.run === claim.run) this.#held.delete(claim.key);
  }

  /** Does what ends claims, or begins them; where it fails, they are ended later. */
  async #orUnsent<T>(ends: () => readonly Ending[], send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const unsent = ends();
      for (const { claim } of unsent) this.#drop(claim);
      this.#unsent.push(...unsent);
      throw error;
    }
  }

  async #endAll(ends: readonly Ending[]): Promise<ClaimEnd[]> {
    const { args, places } = groupEnds(ends);
    // Nobody would continue tailing a key whose retaining was not confirmed.
    const later = () =>
      ends.map(({ claim, how }) => ({ claim, how: how === 'retain' ? 'more' : how }) as const);
    const answers = await this.#orUnsent(later, () => END.numbers(this.#redis, this.#names, ...args));
    const became = ends.map((): ClaimEnd => 'ended');
    for (const [n, answer] of answers.entries())
      if (answer === NEEDS_ANOTHER || answer === RETAINED)
        became[places[n] ?? -1] = answer === RETAINED ? 'retained' : 'due';
    for (const [n, { claim }] of ends.entries()) if (became[n] !== 'retained') this.#drop(claim);
    return became;
  }

  async #askAll(claims: readonly Claim[]): Promise<boolean[]> {
    const args = claims.flatMap(({ worker, run, key }) => [worker, run, key]);
    const answers = await STILL_HELD.numbers(this.#redis, this.#names, ...args);
    return claims.map((_, i) => answers[i] === 1);
  }
}
