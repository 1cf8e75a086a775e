import { setTimeout as sleep } from 'node:timers/promises';
import { readStatus } from '@redis-to-mongo/mongo-sink';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { ProvingError } from './proving-error.js';
import { compareSet } from './verify/compare-set.js';
import { type KeyRecord, readKeyRecord, readKeyRecords } from './verify/key-record.js';

/** How far the mirror is, over all streams. */
export interface MirrorState {
  /** Entries whose way has come to its end: written, already there, or dead letters. */
  readonly seen: number;
  readonly alreadyThere: number;
  /** Entries waiting in Redis when their keys were last read. */
  readonly lag: number;
}

export interface MirrorWatchOptions {
  readonly redis: Redis;
  readonly db: Db;
  /** Without any progress for this long, in ms, waiting is given up; default 60,000 (a dead worker's keys are free after 10,000). */
  readonly stallMs?: number;
}

const POLL_MS = 100;
const NAMED = 8;

/** Waits for what a fleet is to bring about, by conditions in MongoDB, and names what is missing when it does not come. */
export class MirrorWatch {
  readonly #redis: Redis;
  readonly #db: Db;
  readonly #stallMs: number;

  constructor({ redis, db, stallMs = 60_000 }: MirrorWatchOptions) {
    this.#redis = redis;
    this.#db = db;
    this.#stallMs = stallMs;
  }

  async state(): Promise<MirrorState> {
    const { types } = await readStatus(this.#db);
    const streams = types.find(({ keyType }) => keyType === 'stream');
    return { seen: streams?.seen ?? 0, alreadyThere: streams?.alreadyThere ?? 0, lag: streams?.lag ?? 0 };
  }

  /** Resolves when more than `seen` entries have come through. @throws ProvingError `PROVING_STALLED`. */
  async untilMoreThan(seen: number, signal: AbortSignal): Promise<void> {
    await this.#until(signal, `more than ${seen} messages`, async () => {
      const state = await this.state();
      return {
        done: state.seen > seen,
        progress: state.seen,
        missing: async () => [`only ${state.seen} are there`],
      };
    });
  }

  /** Resolves when `entries` entries of the stream, over all its lives, have come through. @throws as untilMoreThan. */
  async untilDrained(key: string, entries: number, signal: AbortSignal): Promise<void> {
    await this.#untilKey(key, signal, `all ${entries} messages of ${key}`, ({ counts, lag }) => ({
      done: counts.seen >= entries && lag === 0,
      progress: counts.seen,
    }));
  }

  /** Resolves when MongoDB tells that the key is not in Redis any more. @throws as untilMoreThan. */
  async untilRetired(key: string, signal: AbortSignal): Promise<void> {
    await this.#untilKey(key, signal, `the retirement of ${key}`, ({ status }) => ({
      done: status === 'deleted',
      progress: 0,
    }));
  }

  /** Resolves when each stream has as many entries as expected, with no lag. @throws as untilMoreThan. */
  async untilStreams(expected: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    const total = [...expected.values()].reduce((sum, count) => sum + count, 0);
    await this.#until(signal, `all ${total} messages`, async () => {
      const { seen, lag } = await this.state();
      const done = seen >= total && lag === 0;
      return { done, progress: seen, missing: () => this.#behind(expected) };
    });
  }

  /** Resolves when each set is the same on both sides. @throws as untilMoreThan. */
  async untilSets(keys: readonly string[], signal: AbortSignal): Promise<void> {
    let left = [...keys];
    await this.#until(signal, `all ${keys.length} sets`, async () => {
      const found = await Promise.all(left.map((key) => compareSet(this.#redis, this.#db, key)));
      const problems = found.flatMap(({ verdict, problem }) => (verdict === 'equal' ? [] : [problem]));
      left = left.filter((_, i) => found[i]?.verdict !== 'equal');
      return { done: left.length === 0, progress: -left.length, missing: async () => problems };
    });
  }

  async #untilKey(
    key: string,
    signal: AbortSignal,
    what: string,
    judge: (record: KeyRecord) => { done: boolean; progress: number },
  ): Promise<void> {
    await this.#until(signal, what, async () => {
      const record = await readKeyRecord(this.#db, key);
      const verdict = record ? judge(record) : { done: false, progress: -1 };
      return {
        ...verdict,
        missing: async () => [record ? described(record, undefined) : `${key}: not in MongoDB`],
      };
    });
  }

  async #behind(expected: ReadonlyMap<string, number>): Promise<string[]> {
    const behind = new Map([...expected].map(([key, count]) => [key, `${key}: none of ${count} there`]));
    for await (const record of readKeyRecords(this.#db)) {
      const count = expected.get(record.key);
      if (count === undefined || (record.counts.seen >= count && record.lag === 0)) behind.delete(record.key);
      else behind.set(record.key, described(record, count));
    }
    return [...behind.values()];
  }

  async #until(
    signal: AbortSignal,
    what: string,
    look: () => Promise<{ done: boolean; progress: number; missing: () => Promise<string[]> }>,
  ): Promise<void> {
    let best = Number.NEGATIVE_INFINITY;
    let since = performance.now();
    for (;;) {
      signal.throwIfAborted();
      const { done, progress, missing } = await look();
      if (done) return;
      if (progress > best) {
        best = progress;
        since = performance.now();
      }
      if (performance.now() - since > this.#stallMs) throw stalled(what, this.#stallMs, await missing());
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}

function described({ key, counts, lag, status, errorCode }: KeyRecord, expected: number | undefined): string {
  const of = expected === undefined ? '' : ` of ${expected}`;
  const error = errorCode === undefined ? '' : `, last error ${errorCode}`;
  return `${key}: ${counts.seen}${of} there, lag ${lag}, ${status}${error}`;
}

function stalled(what: string, stallMs: number, missing: readonly string[]): ProvingError {
  const more = missing.length > NAMED ? `; and ${missing.length - NAMED} more` : '';
  const named = missing.slice(0, NAMED).join('; ');
  const message = `waited for ${what}, and nothing has moved for ${stallMs / 1000} s: ${named}${more}`;
  return new ProvingError('PROVING_STALLED', message);
}
