import type { Db, Document } from 'mongodb';
import type { History } from './judge/written-stream.js';
import { type Reading, untilMoved } from './program/until-moved.js';

/** Progress of the mirror, summed over all streams. */
export interface MirrorState {
  /** Entries processed: written, already there, or dead letters. */
  readonly seen: number;
  readonly alreadyThere: number;
  /** Entries waiting in Redis when their keys were last read. */
  readonly lag: number;
}

type KeyDocument = { _id: string } & Document;

/** Waits until MongoDB shows that the fleet has done something. Each wait throws as untilMoved does. */
export class MirrorWatch {
  constructor(private readonly db: Db) {}

  /**
   * Reads only the documents of streams: it runs several times a second, and must not slow down the fleet.
   */
  async state(): Promise<MirrorState> {
    return sumsOf(await this.#streams());
  }

  /** Resolves when the fleet has processed more than `seen` entries. */
  async untilMoreThan(seen: number, signal: AbortSignal): Promise<void> {
    const check = async (): Promise<Reading> => {
      const state = await this.state();
      const missing = () => [`only ${state.seen} are there`];
      return { isDone: state.seen > seen, progress: state.seen, missing };
    };
    await untilMoved(`more than ${seen} messages`, check, { signal });
  }

  /**
   * Resolves when the fleet has processed `entries` entries of the stream, over all
   * incarnations, and its lag is 0.
   */
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

  /** Resolves when MongoDB counts as many entries as were written, with no lag. */
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
      // A key may wait for its turn, so progress of any stream counts.
      return { isDone: record !== undefined && isDone(record), progress: sumsOf(streams).seen, missing };
    };
    await untilMoved(what, check, { signal });
  }

  async #streams(): Promise<KeyDocument[]> {
    const projection = { counts: 1, lag: 1, status: 1, 'lastError.code': 1 };
    return await this.db
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
