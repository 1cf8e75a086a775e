import type { JobQueue } from '@redis-to-mongo/job-queue';
import type { ActiveKey } from '@redis-to-mongo/mongo-sink';
import { isKeyType, keyBytes, type RuleBook } from '@redis-to-mongo/pipeline';
import { type FoundKey, lastIds, ScanMemory, typesOf } from '@redis-to-mongo/redis-source';
import { ChangeWatch, type ChangeWatchOptions } from './change-watch.js';
import { discoverOnce } from './discovery.js';
import { type KnownKey, KnownKeys } from './known-keys.js';
import { ScheduleKeeper } from './schedule-keeper.js';
import { isLivelyAt, tempoOf } from './tempo.js';

export interface ActiveSchedulerOptions
  extends Pick<ChangeWatchOptions, 'redis' | 'connect' | 'db' | 'types' | 'wanted' | 'onError'> {
  readonly queue: JobQueue;
  readonly intervalMs: number;
  readonly idleIntervalMs: number;
  /** Which may give a key an interval of its own. */
  readonly rules: RuleBook;
  /** Off: nothing is watched, each key waits for its interval. */
  readonly wakesUp: boolean;
  /** The keys that MongoDB believes are there: one that vanished while no scheduler ran is noticed by them. */
  readonly activeKeys: () => AsyncIterable<ActiveKey>;
  /** The keys that an operator has paused: nobody is woken for them, and their schedules run idle. */
  readonly pausedKeys: () => Promise<ReadonlySet<string>>;
  /** Whether this is still the one active scheduler; asked before anything is taken away. */
  readonly isActive: () => Promise<boolean>;
}

export interface PassReport {
  readonly keys: number;
  readonly byType: ReadonlyMap<string, number>;
  readonly scheduled: number;
  readonly unscheduled: number;
  /** Keys that have gone; a last job retires each in MongoDB. */
  readonly gone: number;
  /** Schedulers that had stopped, and were set going again. */
  readonly repaired: number;
  /** How long to wait at least until the next pass, in ms. */
  readonly restMs: number;
}

/** A key that is still owed a job so long after it was woken, in ms, is woken again. */
const OWED_MS = 3_000;
const OWED_AT_ONCE = 500;
const ADJUST_MS = 5_000;
/** Of many new keys, so many are synced while the others get their job schedulers. */
const WOKEN_FIRST = 500;
/** The search for keys takes at most one part in so many of the time. */
const SEARCH_SHARE = 60;

/** What the one active scheduler knows and does; a standby that takes over begins with a new one. */
export class ActiveScheduler {
  readonly #options: ActiveSchedulerOptions;
  readonly #known = new KnownKeys();
  readonly #memory = new ScanMemory<readonly FoundKey[]>();
  readonly #keeper: ScheduleKeeper;
  readonly #watch: ChangeWatch | undefined;
  #paused: ReadonlySet<string> = new Set();
  #isBegun = false;
  #isClosed = false;
  #lively = 0;

  constructor(options: ActiveSchedulerOptions) {
    this.#options = options;
    this.#keeper = new ScheduleKeeper(options.queue);
    if (!options.wakesUp) return;
    this.#watch = new ChangeWatch({
      ...options,
      baseMs: options.intervalMs,
      baseMsOf: (key) => this.#baseMs(this.#known.get(key)),
      onNews: async (keys) => {
        await this.#wake(keys, (met) => options.queue.wakeTogether(met));
      },
      onEntries: (keys) => this.#wake(keys, (met) => options.queue.wakeUnlessKept(met)),
      onNotStream: (keys) => this.#retype(keys),
    });
  }

  /** One discovery pass: finds the keys, and brings the job schedulers in line with them, by difference. */
  async pass(): Promise<PassReport> {
    const { queue, isActive } = this.#options;
    if (!this.#isBegun) await this.#begin();
    const began = performance.now();
    const { fresh, gone } = await discoverOnce({
      ...this.#options,
      known: this.#known,
      memory: this.#memory,
    });
    const restMs = (fresh.length > 0 ? 0 : SEARCH_SHARE) * (performance.now() - began);
    const { added } = await this.#takeIn(fresh);
    const mayRetire = gone.length > 0 && (await isActive()) && !this.#isClosed;
    if (mayRetire) await this.#retire(gone);
    const stopped = new Set(await queue.stoppedSchedulers());
    const broken = stopped.size === 0 ? [] : [...this.#known.values()].filter(({ id }) => stopped.has(id));
    for (const known of broken) await this.#keeper.repair(known);
    return {
      keys: this.#known.size,
      byType: this.#known.byType,
      scheduled: added,
      unscheduled: mayRetire ? gone.length : 0,
      gone: gone.length,
      repaired: broken.length,
      restMs,
    };
  }

  /** What is due every second or so: lost jobs, a lost queue, keys that were paused or resumed. */
  async upkeep(): Promise<undefined> {
    const { queue, intervalMs } = this.#options;
    if (!this.#isBegun) return;
    if (!(await this.#keeper.isComplete())) await this.#begin();
    await this.#notePauses();
    const owed = await queue.owedKeys(Math.max(OWED_MS, 2 * intervalMs), OWED_AT_ONCE);
    if (owed.length > 0) await queue.wakeAll(owed);
  }

  /**
   * What is due every few seconds: intervals that follow the keys' activity.
   * @returns how long to wait until the next time, in ms: the longer, the more keys there are to go through.
   */
  async adjust(): Promise<number> {
    const waitMs = Math.max(ADJUST_MS, this.#known.size / 5);
    if (!this.#isBegun) return waitMs;
    await this.#watch?.refresh();
    const now = Date.now();
    let lively = 0;
    for (const known of this.#known.values())
      if (isLivelyAt(this.#baseMs(known), now - known.changedAt)) lively++;
    this.#lively = lively;
    await this.#bringInLine(this.#known.values());
    return waitMs;
  }

  /** Checks some streams; returns how long to wait until the next ones, in ms. */
  async check(): Promise<number> {
    if (!this.#isBegun || !this.#watch) return 1000;
    return (await this.#watch.checkSome()).pauseMs;
  }

  /** What is under way changes nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#watch?.close();
  }

  /** Takes in what MongoDB and the queue know. Also the way back when the queue has lost its memory. */
  async #begin(): Promise<void> {
    const { activeKeys, pausedKeys, wanted, isActive } = this.#options;
    this.#paused = await pausedKeys();
    const behind = new Set(this.#isBegun ? [...this.#known.values()].map(({ key }) => key) : []);
    for await (const { key, keyType, syncedId, lastChangedAt } of activeKeys()) {
      if (!wanted(key)) continue;
      const known = this.#known.add(key, keyType, lastChangedAt?.getTime() ?? 0);
      if (!this.#isSynced(known)) continue;
      // A stream that MongoDB holds up to what was told of is not behind; of other values only a job can tell.
      const told = this.#watch?.add(known, keyType, syncedId);
      if (told !== undefined && told === syncedId) behind.delete(key);
    }
    await this.#keeper.takeStock(this.#known.values(), (known) => this.#isSynced(known), isActive);
    await this.#bringInLine(this.#known.values());
    const owed = [...behind].filter((key) => this.#isSynced(this.#known.get(key)) && !this.#paused.has(key));
    await this.#options.queue.wakeAll(owed);
    this.#isBegun = true;
  }

  /**
   * What was told of a key while it was paused told nobody: a key that is resumed is woken. So is one that is paused: a worker
   * may follow it, and the job that begins with it ends that.
   */
  async #notePauses(): Promise<void> {
    const before = this.#paused;
    const now = await this.#options.pausedKeys();
    this.#paused = now;
    const changed = [...before, ...now].filter(
      (key) => before.has(key) !== now.has(key) && this.#isSynced(this.#known.get(key)),
    );
    if (changed.length > 0) await this.#options.queue.wakeAll(changed);
  }

  async #takeIn(fresh: readonly KnownKey[]): Promise<{ added: number }> {
    const synced = fresh.filter((known) => this.#isSynced(known));
    if (synced.length === 0) return { added: 0 };
    this.#lively += synced.length;
    const streams = synced.filter(({ type }) => type === 'stream').map(({ key }) => key);
    const ids = this.#watch ? await lastIds(this.#options.redis, streams) : [];
    const idOf = new Map(streams.map((key, i) => [key, ids[i]]));
    for (const known of synced)
      if (isKeyType(known.type)) this.#watch?.add(known, known.type, idOf.get(known.key));
    // Of thousands some first: workers need not wait until all job schedulers are made, nor hold that up.
    const keys = synced.map(({ key }) => key);
    await this.#options.queue.wakeAll(keys.slice(0, WOKEN_FIRST));
    const done = await this.#bringInLine(synced);
    await this.#options.queue.wakeAll(keys.slice(WOKEN_FIRST));
    return done;
  }

  async #retire(gone: readonly KnownKey[]): Promise<void> {
    const { queue } = this.#options;
    await this.#keeper.remove(gone);
    await queue.wakeAll(gone.filter((known) => this.#isSynced(known)).map(({ key }) => key));
    for (const { key } of gone) {
      this.#watch?.remove(key);
      this.#known.forget(key);
    }
  }

  async #wake<T>(keys: readonly string[], wakeUp: (met: readonly string[]) => Promise<T>): Promise<T> {
    const { redis, onError } = this.#options;
    const met = keys
      .flatMap((key) => this.#known.get(key) ?? [])
      .filter((known) => this.#isSynced(known) && !this.#paused.has(known.key));
    const woken = await wakeUp(met.map(({ key }) => key));
    const now = Date.now();
    const slow = met.filter((known) => known.everyMs !== undefined && known.everyMs > this.#baseMs(known));
    this.#lively += slow.filter((known) => !isLivelyAt(this.#baseMs(known), now - known.changedAt)).length;
    for (const known of met) known.changedAt = now;
    // Not waited for, the jobs are on their way: a failure here only leaves an interval longer than it might be.
    void this.#bringInLine(slow).catch(onError);
    const strangers = keys.filter((key) => !this.#known.get(key));
    if (strangers.length === 0) return woken;
    const types = await typesOf(redis, strangers.map(keyBytes));
    const found = strangers.flatMap((key, i) => (types[i] === undefined ? [] : [{ key, type: types[i] }]));
    await this.#takeIn(this.#known.meet(found));
    return woken;
  }

  /** Keys that were taken for streams hold something else by now. */
  async #retype(keys: readonly string[]): Promise<void> {
    const types = await typesOf(this.#options.redis, keys.map(keyBytes));
    const changed = keys.filter((_, i) => types[i] !== undefined && types[i] !== 'stream');
    for (const key of changed) {
      const known = this.#known.get(key);
      const type = types[keys.indexOf(key)];
      this.#watch?.remove(key);
      if (!known || type === undefined) continue;
      this.#known.retype(known, type);
      if (isKeyType(type) && this.#isSynced(known)) this.#watch?.add(known, type);
    }
    await this.#options.queue.wakeAll(changed);
  }

  async #bringInLine(keys: Iterable<KnownKey>): Promise<{ added: number; changed: number }> {
    if (this.#isClosed) return { added: 0, changed: 0 };
    const { idleIntervalMs } = this.#options;
    const synced = [...keys].filter((known) => this.#isSynced(known));
    const now = Date.now();
    return await this.#keeper.bringInLine(synced, (known) =>
      tempoOf(
        {
          baseMs: this.#baseMs(known),
          ceilingMs: idleIntervalMs,
          isWatched: this.#watch?.isWatching(known.key) ?? false,
          quietMs: now - known.changedAt,
          watchedKeys: this.#known.size,
        },
        this.#lively,
      ),
    );
  }

  /** The interval of a key while it changes, in ms: that of its rule, where it has one. */
  #baseMs(known: KnownKey | undefined): number {
    const { intervalMs, rules } = this.#options;
    if (!known || !isKeyType(known.type)) return intervalMs;
    return rules.ruleFor(known.key, known.type)?.intervalMs ?? intervalMs;
  }

  #isSynced(known: KnownKey | undefined): boolean {
    return known !== undefined && isKeyType(known.type) && this.#options.types.includes(known.type);
  }
}
