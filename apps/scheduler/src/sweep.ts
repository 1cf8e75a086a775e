import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue, LeftOut } from '@redis-to-mongo/job-queue';
import { hasScheduler, isKeyType, KEY_TYPES } from '@redis-to-mongo/key-types';
import { activeKeyPages, syncedIds } from '@redis-to-mongo/mongo-sink';
import { type KeyType, SyncError } from '@redis-to-mongo/pipeline';
import { sameServer } from '@redis-to-mongo/redis-connection';
import { type FoundKey, scanKeys, streamsWithNewEntries, typesOf } from '@redis-to-mongo/redis-source';
import type { ScheduleKeysOptions } from './schedule-keys.js';

export interface SweepOptions extends Pick<ScheduleKeysOptions, 'everyMs'> {
  readonly redis: Parameters<typeof scanKeys>[0];
  readonly db: Parameters<typeof activeKeyPages>[0];
  readonly queue: Pick<JobQueue, 'request' | 'dueCount' | 'depth' | 'changes' | 'schedulers'>;
  readonly wanted: (keyId: string) => boolean;
  readonly types: readonly KeyType[];
  /** See DueSweep. The second is false by default. */
  readonly isPoll: boolean;
  readonly knowsIntervals?: boolean;
  /** Called before each page; false ends the sweep. */
  readonly goesOn: () => boolean;
}

export interface SweepReport {
  /** Chosen keys in Redis, by type. Unknown types have the server's name. */
  readonly byType: ReadonlyMap<string, number>;
  readonly keys: number;
  /** Those of them that can't be mirrored; keys of types that KEY_TYPES leaves out are not among them. */
  readonly leftOut: LeftOut;
  readonly requested: number;
  /** Keys whose job scheduler was missing or had a wrong interval. Upkeep creates or changes it. */
  readonly scheduled: number;
  readonly unscheduled: number;
  /** Keys that are active in MongoDB, but gone from Redis. */
  readonly gone: number;
  /** Whether it was not ended early. */
  readonly isWhole: boolean;
}

const PAGE = 1_000;
/**
 * A page waits while jobs wait and more keys than this are due, so that changes do not wait long behind a
 * sweep.
 */
const DUE_AT_MOST = 4_000;
const WAIT_MS = 50;
const NO_ANSWER: ReadonlySet<string> = new Set(['KEY_TYPE_CHANGED', 'REDIS_PRIVILEGE', 'REDIS_KEY_HIDDEN']);

/**
 * Goes through the keys in Redis, the active keys in MongoDB, and the job schedulers, page by page, and
 * requests every key that may differ. So it finds all missed changes. It holds one page in memory, never all
 * keys.
 * @throws SyncError as the source and the sink throw.
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const run = new Sweep(options);
  const confirm = sameServer(options.redis);
  const isWhole = (await run.source()) && (await run.target()) && (await run.schedules());
  await confirm();
  return { ...run.report, leftOut: run.leftOut(), isWhole };
}

class Sweep {
  readonly report = {
    byType: new Map<string, number>(),
    keys: 0,
    requested: 0,
    scheduled: 0,
    unscheduled: 0,
    gone: 0,
  };
  /** Keys found so far that have a job scheduler. */
  #withScheduler = 0;

  constructor(private readonly options: SweepOptions) {}

  leftOut(): LeftOut {
    return Object.fromEntries([...this.report.byType].filter(([type]) => !isKeyType(type)));
  }

  async source(): Promise<boolean> {
    const { redis, wanted, isPoll } = this.options;
    for await (const page of scanKeys(redis, wanted, () => this.#countAgain())) {
      if (!this.options.goesOn()) return false;
      if (page.length === 0) continue;
      for (const { type } of page) this.#count(type);
      const synced = page.flatMap(({ key, type }) => (this.#isSynced(type) ? [{ key, type }] : []));
      const scheduled = synced.filter(({ type }) => hasScheduler(type));
      await this.#noteLacking(scheduled);
      await this.#request(isPoll ? await this.#changed(synced) : synced.map(({ key }) => key));
    }
    return true;
  }

  /**
   * Requests the active keys of MongoDB that are gone from Redis, or now have a type that is not mirrored:
   * their run retires them. Keys whose mirrored type is no longer mirrored stay unchanged.
   */
  async target(): Promise<boolean> {
    const { db, redis, wanted, types } = this.options;
    for (const mirrored of types.length === KEY_TYPES.length ? [undefined] : types)
      for await (const page of activeKeyPages(db, PAGE, mirrored)) {
        if (!this.options.goesOn()) return false;
        const keys = page.filter(wanted);
        const found = await typesOf(redis, keys);
        const gone = keys.filter((_, i) => !this.#isSynced(found[i]));
        this.report.gone += gone.length;
        await this.#request(gone);
      }
    return true;
  }

  /**
   * Removes the job schedulers of keys that are gone or no longer mirrored. If there are as many job
   * schedulers as keys that have one, there are none to remove. (SCAN may return keys twice and make the
   * counts equal by chance. The next sweep then finds the rest; until then their jobs do nothing.)
   */
  async schedules(): Promise<boolean> {
    const { queue, redis, wanted } = this.options;
    if ((await queue.schedulers.count()) === this.#withScheduler) return true;
    for (let from = 0; ; ) {
      if (!this.options.goesOn()) return false;
      const page = await queue.schedulers.page(from, PAGE);
      if (page.length === 0) return true;
      const types = await typesOf(
        redis,
        page.map(({ key = '' }) => key),
      );
      const strays = page.filter(({ key }, i) => {
        const type = types[i];
        return key === undefined || !wanted(key) || !this.#isSynced(type) || !hasScheduler(type);
      });
      await queue.schedulers.remove(strays.map(({ id }) => id));
      this.report.unscheduled += strays.length;
      from += page.length - strays.length;
    }
  }

  /**
   * The keys that may have changed: streams with new entries, keys that MongoDB does not know, and all other
   * values.
   */
  async #changed(keys: readonly { key: string; type: KeyType }[]): Promise<string[]> {
    const { db, redis } = this.options;
    const streams = keys.filter(({ type }) => type === 'stream').map(({ key }) => key);
    const others = keys.filter(({ type }) => type !== 'stream').map(({ key }) => key);
    if (streams.length === 0) return others;
    const ids = await syncedIds(db, streams);
    const known = streams.flatMap((key) => {
      const id = ids.get(key);
      return id === undefined ? [] : [{ key, id }];
    });
    const unknown = streams.filter((key) => !ids.has(key));
    if (known.length === 0) return [...others, ...unknown];
    const changed = await streamsWithNewEntries(redis, known).catch((error: unknown) => {
      // One key that is no longer a stream makes the command fail for all keys. Also, the user may not be
      // allowed to run the command.
      const isNoAnswer = error instanceof SyncError && NO_ANSWER.has(error.code);
      if (isNoAnswer) return known.map(({ key }) => key);
      throw error;
    });
    return [...others, ...unknown, ...changed];
  }

  /**
   * Reports keys without the right job scheduler to upkeep. It need not exist before the key's first sync; it
   * only matters if a change is missed later.
   */
  async #noteLacking(keys: readonly { key: string; type: KeyType }[]): Promise<void> {
    const { queue, everyMs, knowsIntervals } = this.options;
    const names = keys.map(({ key }) => key);
    const runs = await queue.schedulers.nextRuns(names);
    const schedules = knowsIntervals ? undefined : await queue.schedulers.of(names);
    const lacking = keys.filter(
      ({ key, type }, i) => runs[i] === null || (schedules && schedules[i]?.everyMs !== everyMs(key, type)),
    );
    this.#withScheduler += runs.filter((next) => next !== null).length;
    this.report.scheduled += lacking.length;
    await queue.changes.add(lacking.map(({ key }) => ({ key, is: 'present' })));
  }

  async #request(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { queue, goesOn } = this.options;
    while ((await this.#isFull()) && goesOn()) await sleep(WAIT_MS);
    await queue.request(keys);
    this.report.requested += keys.length;
  }

  /** Keys that wait for a retry are due, too, but do not delay other keys. So waiting jobs count as well. */
  async #isFull(): Promise<boolean> {
    const { queue } = this.options;
    return (await queue.dueCount()) > DUE_AT_MOST && (await queue.depth()).waiting > 0;
  }

  #isSynced(type: FoundKey['type'] | undefined): type is KeyType {
    return type !== undefined && isKeyType(type) && this.options.types.includes(type);
  }

  #countAgain(): void {
    this.report.byType.clear();
    this.report.keys = 0;
    this.report.scheduled = 0;
    this.#withScheduler = 0;
  }

  #count(type: FoundKey['type']): void {
    const name = typeof type === 'string' ? type : type.unknown;
    this.report.byType.set(name, (this.report.byType.get(name) ?? 0) + 1);
    this.report.keys++;
  }
}
