import type { Db, Document } from 'mongodb';
import type { History } from './judge/written-stream.js';
import { type Reading, untilMoved } from './program/until-moved.js';

/** How far the mirror is, over all streams. */
export interface MirrorState {
  /** Entries whose way has come to its end: written, already there, or dead letters. */
  readonly seen: number;
  readonly alreadyThere: number;
  /** Entries waiting in Redis when their keys were last read. */
  readonly lag: number;
}

type KeyDocument = { _id: string } & Document;

/** Waits for what a fleet is to bring about, by conditions in MongoDB. Each wait throws as untilMoved does. */
export class MirrorWatch {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Reads the streams' documents alone: it is asked several times a second, and must not slow down what it watches. */
  async state(): Promise<MirrorState> {
    return sumsOf(await this.#streams());
  }

  /** Resolves when more than `seen` entries have come through. */
  async untilMoreThan(seen: number, signal: AbortSignal): Promise<void> {
    const check = async (): Promise<Reading> => {
      const state = await this.state();
      const missing = () => [`only ${state.seen} are there`];
      return { isDone: state.seen > seen, progress: state.seen, missing };
    };
    await untilMoved(`more than ${seen} messages`, check, { signal });
  }

  /** Resolves when `entries` entries of the stream, over all its incarnations, have come through. */
  async untilDrained(key: string, entries: number, signal: AbortSignal): Promise<void> {
    await this.#untilKey(
      key,
      signal,
      `all ${entries} messages of ${key}`,
      ({ counts, lag }) => counts?.seen >= entries && lag === 0,
    );
  }

  /** Resolves when MongoDB shows that the key is no longer in Redis. */
  async untilRetired(key: string, signal: AbortSignal): Promise<void> {
    await this.#untilKey(key, signal, `the retirement of ${key}`, ({ status }) => status === 'deleted');
  }

  /** Resolves when each stream has as many entries as were written, with no lag. */
  async untilAll(history: History, signal: AbortSignal): Promise<void> {
    const check = async (): Promise<Reading> => {
      const { seen, lag } = await this.state();
      const isDone = seen >= history.entries && lag === 0;
      return { isDone, progress: seen, missing: () => this.#behind(history) };
    };
    await untilMoved(`all ${history.entries} messages`, check, { signal });
  }

  async #untilKey(
    key: string,
    signal: AbortSignal,
    what: string,
    isDone: (record: KeyDocument) => boolean,
  ): Promise<void> {
    const check = async (): Promise<Reading> => {
      const streams = await this.#streams();
      const record = streams.find(({ _id }) => _id === key);
      const missing = () => [record ? described(record, undefined) : `${key}: not in MongoDB`];
      // A key may wait for its turn; as long as any stream moves, it is on its way.
      return { isDone: record !== undefined && isDone(record), progress: sumsOf(streams).seen, missing };
    };
    await untilMoved(what, check, { signal });
  }

  async #streams(): Promise<KeyDocument[]> {
    const projection = { counts: 1, lag: 1, status: 1, 'lastError.code': 1 };
    return await this.#db
      .collection<KeyDocument>('keys')
      .find({ keyType: 'stream' }, { projection })
      .toArray();
  }

  async #behind(history: History): Promise<string[]> {
    const records = new Map((await this.#streams()).map((record) => [record._id, record]));
    return [...history.streams.values()].flatMap(({ key, entries }) => {
      const record = records.get(key);
      if (!record) return [`${key}: none of ${entries} there`];
      return record.counts?.seen >= entries && record.lag === 0 ? [] : [described(record, entries)];
    });
  }
}

function sumsOf(streams: readonly KeyDocument[]): MirrorState {
  const sums = { seen: 0, alreadyThere: 0, lag: 0 };
  for (const { counts, lag } of streams) {
    sums.seen += counts?.seen ?? 0;
    sums.alreadyThere += counts?.alreadyThere ?? 0;
    sums.lag += lag ?? 0;
  }
  return sums;
}

function described({ _id, counts, lag, status, lastError }: KeyDocument, entries?: number): string {
  const of = entries === undefined ? '' : ` of ${entries}`;
  const error = lastError ? `, last error ${lastError.code}` : '';
  return `${_id}: ${counts?.seen}${of} there, lag ${lag}, ${status}${error}`;
}
