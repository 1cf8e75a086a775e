import { readStatus } from '@redis-to-mongo/mongo-sink';
import type { Db, Document } from 'mongodb';
import type { History } from './judge/history.js';
import { type Look, untilMoved } from './program/until-moved.js';

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

  async state(): Promise<MirrorState> {
    const { types } = await readStatus(this.#db);
    const streams = types.find(({ keyType }) => keyType === 'stream');
    return { seen: streams?.seen ?? 0, alreadyThere: streams?.alreadyThere ?? 0, lag: streams?.lag ?? 0 };
  }

  /** Resolves when more than `seen` entries have come through. */
  async untilMoreThan(seen: number, signal: AbortSignal): Promise<void> {
    const look = async (): Promise<Look> => {
      const state = await this.state();
      const missing = () => [`only ${state.seen} are there`];
      return { isDone: state.seen > seen, progress: state.seen, missing };
    };
    await untilMoved(`more than ${seen} messages`, look, { signal });
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
    const look = async (): Promise<Look> => {
      const { seen, lag } = await this.state();
      const isDone = seen >= history.entries && lag === 0;
      return { isDone, progress: seen, missing: () => this.#behind(history) };
    };
    await untilMoved(`all ${history.entries} messages`, look, { signal });
  }

  async #untilKey(
    key: string,
    signal: AbortSignal,
    what: string,
    isDone: (record: KeyDocument) => boolean,
  ): Promise<void> {
    const look = async (): Promise<Look> => {
      const record = await this.#db.collection<KeyDocument>('keys').findOne({ _id: key });
      const missing = () => [record ? described(record, undefined) : `${key}: not in MongoDB`];
      return { isDone: record !== null && isDone(record), progress: record?.counts?.seen ?? -1, missing };
    };
    await untilMoved(what, look, { signal });
  }

  async #behind(history: History): Promise<string[]> {
    const found = await this.#db.collection<KeyDocument>('keys').find({ keyType: 'stream' }).toArray();
    const records = new Map(found.map((record) => [record._id, record]));
    return [...history.streams.values()].flatMap(({ key, entries }) => {
      const record = records.get(key);
      if (!record) return [`${key}: none of ${entries} there`];
      return record.counts?.seen >= entries && record.lag === 0 ? [] : [described(record, entries)];
    });
  }
}

function described({ _id, counts, lag, status, lastError }: KeyDocument, entries?: number): string {
  const of = entries === undefined ? '' : ` of ${entries}`;
  const error = lastError ? `, last error ${lastError.code}` : '';
  return `${_id}: ${counts?.seen}${of} there, lag ${lag}, ${status}${error}`;
}
