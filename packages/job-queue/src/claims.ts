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

/** A worker's claim on a key. It lasts for one run, or longer if it is retained (see RunEnd). */
export interface Claim {
  readonly key: string;
  /** The name that the worker had when it claimed the key. */
  readonly worker: string;
  readonly run: string;
  /** A worker tailed the key until this claim. */
  readonly wasRetained: boolean;
  /** The run before did not end well: the key's saved state may lack writes of that run. */
  readonly wasInterrupted: boolean;
}

/** The result of claiming keys. */
export interface Claimed {
  readonly granted: readonly Claim[];
  /** Keys that other workers work on. Those workers answer the request. */
  readonly busy: readonly string[];
  /** Keys whose runs killed their workers three times in a row. They are skipped for an hour. */
  readonly quarantined: readonly string[];
  /** Keys with two runs that never ended: see `claimAlone`. */
  readonly suspects: readonly string[];
}

/** How a run ended: `more` and `overtaken` ask for another run; `retain` keeps the claim for tailing. */
export type RunEnd = 'done' | 'more' | 'overtaken' | 'failed' | 'retain';

/** The state of a key after its run ended: `due` means that it needs another job. */
export type ClaimEnd = 'ended' | 'due' | 'retained';

/** A worker keeps a name for `deadAfterMs` times this factor. */
const NAMED_FOR = 1.5;
/**
 * Maximum time between two heartbeats, in ms. Ends that could not be sent are sent again with the next
 * heartbeat.
 */
const BEAT_MS = 5_000;
/** Ends per script call. */
const AT_ONCE = 500;
/**
 * Calls made within one turn of the event loop share a script call. Script calls do not wait for each other.
 */
const TOGETHER = { weight: AT_ONCE, weigh: () => 1, concurrency: Number.POSITIVE_INFINITY };

/**
 * Ensures that only one worker works on a key at a time. Otherwise the key's scheduled job, its requests and
 * its retries would read the same entries side by side. This is an optimization; correctness depends only on
 * compare-and-set.
 *
 *     free ──begin──▶ running ──end(done, more, …)──▶ free
 *                        │ end(retain)                       ▲
 *                        ▼                                   │ release
 *                     retained ──────────────────────────────┘
 *                        └──begin by any worker──▶ running
 *
 * It also counts runs that began and never ended. A key whose run has killed its worker three times in a row
 * is quarantined for an hour, so that it cannot kill worker after worker. All keys that two processes died with
 * are suspects. A process works on one suspect at a time, so harmless keys end their runs, and only the key that
 * kills reaches three.
 *
 * While the worker lives, a claim must not outlast its run. So an end that could not be sent, or whose answer
 * was lost, is sent again with each heartbeat. A failover of the queue's Redis can also lose an end. So a
 * worker takes a new name every `NAMED_FOR * deadAfterMs`, and sends heartbeats for an old name only while it
 * holds a claim by that name. A claim whose end was lost then expires with its name.
 */
export class Claims {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #names: BookkeepingKeys;
  readonly #deadAfterMs: number;
  readonly #suspects = new OneAtATime();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #ending: GroupCommit<Ending, ClaimEnd>;
  readonly #asking: GroupCommit<Claim, boolean>;
  /** Ends that the server may not have received. */
  readonly #unsent: Ending[] = [];
  /** The claims that this worker holds, by key. */
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

  /** Claims keys for one run of this worker. The caller must end every granted claim. */
  async claim(keys: readonly string[]): Promise<Claimed> {
    return await this.#begin(keys, false);
  }

  /**
   * Claims one suspect, and runs `work` with the result, while no other suspect runs in this process. The
   * result grants nothing if the key has become busy or quarantined.
   */
  async claimAlone<T>(key: string, work: (claimed: Claimed) => Promise<T>): Promise<T> {
    return await this.#suspects.inTurn(async () => await work(await this.#begin([key], true)));
  }

  /** Ends a run. Runs that end within one turn of the event loop are sent together. */
  async end(claim: Claim, how: RunEnd): Promise<ClaimEnd> {
    return await this.#ending.submit({ claim, how });
  }

  /** Ends many runs. */
  async endAll(ends: readonly Ending[]): Promise<ClaimEnd[]> {
    return (await Promise.all(inParts(ends, AT_ONCE).map((part) => this.#endAll(part)))).flat();
  }

  /**
   * Checks, after a read, whether a retained claim is still held: no other run has claimed the key since.
   * Noted requests stay noted, because a read does not show that the key was deleted.
   */
  async stillHolds(claim: Claim): Promise<boolean> {
    return await this.#asking.submit(claim);
  }

  /** Gives up a retained claim. @returns whether the key is due because it was requested meanwhile. */
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

  /** Closes the connection. The claims still held become free immediately. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const workers = this.#workers();
    if (workers.length > 0 && this.#redis.status === 'ready')
      await this.#redis.zrem(this.#names[2], ...workers).catch(() => {}); // the claims expire by themselves
    this.#redis.disconnect();
  }

  async #begin(keys: readonly string[], runsAlone: boolean): Promise<Claimed> {
    const worker = this.#name?.worker ?? (await this.#firstName());
    const run = String(++this.#runs);
    const begun = () =>
      keys.map((key) => {
        const claim = { key, worker, run, wasRetained: false, wasInterrupted: true };
        return { claim, how: 'unknown' } as const;
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

  /** The names by which this worker holds or may hold claims, and its current name. */
  #workers(): string[] {
    const claims = [...this.#held.values(), ...this.#unsent.map(({ claim }) => claim)];
    const names = new Set(claims.map(({ worker }) => worker));
    if (this.#name) names.add(this.#name.worker);
    return [...names];
  }

  /** Forgets a claim, unless a later run of this process has claimed the key since. */
  #drop(claim: Claim): void {
    if (this.#held.get(claim.key)?.run === claim.run) this.#held.delete(claim.key);
  }

  /** Sends a call that begins or ends claims. If the call fails, `ends` are sent with a later heartbeat. */
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
    const { args, inOrder } = groupEnds(ends);
    // If the call fails, the caller does not tail the key, so the claim must not be retained.
    const later = () =>
      ends.map(({ claim, how }) => ({ claim, how: how === 'retain' ? 'more' : how }) as const);
    const answers = await this.#orUnsent(later, () => END.numbers(this.#redis, this.#names, ...args));
    const answerOf = new Map(inOrder.map((end, n) => [end, answers[n]]));
    return ends.map((end) => {
      const answer = answerOf.get(end);
      if (answer === RETAINED) return 'retained';
      this.#drop(end.claim);
      return answer === NEEDS_ANOTHER ? 'due' : 'ended';
    });
  }

  async #askAll(claims: readonly Claim[]): Promise<boolean[]> {
    const args = claims.flatMap(({ worker, run, key }) => [worker, run, key]);
    const answers = await STILL_HELD.numbers(this.#redis, this.#names, ...args);
    return claims.map((_, i) => answers[i] === 1);
  }
}
