import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom, wholeFrom } from '../generator/random.js';
import { WrittenStream } from '../judge/written-stream.js';
import { repeatEvery } from '../program/until-moved.js';
import type { ValueModel } from '../values/value-model.js';
import { ChaosStreamWriter, type UnknownOutcomes } from './chaos-stream-writer.js';
import { ChaosValueWriter } from './chaos-value-writer.js';
import { type NumberedFields, oddEntry, plainEntry, tooLargeEntry } from './entry-content.js';
import { SourceConnection } from './source-connection.js';
import { valuePlans } from './value-plans.js';

export interface ChaosLoadOptions {
  readonly redisUrl: string;
  readonly seed: number;
  /** Entries per second, over all streams. */
  readonly rate: number;
  /** Whether the server has the commands of a model. */
  readonly isKnown: (model: ValueModel) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Streams by their faults. If a stream is deleted unread, the fleet cannot know all its entries, so gaps are
 * only checked exactly for the other streams.
 */
const STREAMS = {
  steady: [
    'orders',
    'orders:info:audit',
    'users',
    'users:info:audit',
    'sensors',
    'payments',
    'visits',
    'clicks',
  ],
  poisoned: ['uploads', 'uploads:info:errors', 'visits:info:errors', 'clicks:info:errors'],
  trimmed: ['sessions', 'meters', 'meters:info:changes', 'visits:info:short'],
  recreated: ['carts', 'vehicles', 'vehicles:info:alerts', 'clicks:info:again', 'baskets'],
} as const;
export type StreamRole = keyof typeof STREAMS;

const FIRST_ENTRIES = 20;
const TICK_MS = 50;
/** The time between two changes of a value, in ms. */
const VALUE_MS = [20, 500] as const;

/**
 * Writes to many streams and values, each change once, on a Redis that is often down, and records everything.
 */
export class ChaosLoad {
  readonly outcomes: UnknownOutcomes = { found: 0, absent: 0 };
  readonly #source: SourceConnection;
  readonly #random: Random;
  readonly #streams = new Map<StreamRole, readonly ChaosStreamWriter[]>();
  readonly values: readonly ChaosValueWriter[];
  /** Number of changes of values. */
  valueChanges = 0;
  /** Whether MongoDB has lost data at least once. Set it before the loss. */
  hasLostTarget = false;
  #entries = 0;
  #isFlushed = false;

  constructor(private readonly options: ChaosLoadOptions) {
    this.#random = seededRandom(options.seed);
    this.#source = new SourceConnection(options.redisUrl, options.signal);
    for (const role of ['steady', 'poisoned', 'trimmed', 'recreated'] as const) {
      const writers = STREAMS[role].map(
        (key) => new ChaosStreamWriter(this.#source, new WrittenStream(key), this.outcomes),
      );
      this.#streams.set(role, writers);
    }
    this.values = valuePlans(options.isKnown).map(
      ([names, ...models]) =>
        new ChaosValueWriter({ names, models, source: this.#source, random: this.#random }),
    );
  }

  get streams(): readonly ChaosStreamWriter[] {
    return [...this.#streams.values()].flat();
  }

  /** The writers of the streams with this role. */
  of(role: StreamRole): readonly ChaosStreamWriter[] {
    return this.#streams.get(role) ?? [];
  }

  /**
   * Whether the fleet must know of each entry of a stream. False for a stream that was deleted unread,
   * for one that was created again and trimmed before it was read (it looks like the old stream,
   * trimmed), and after MongoDB lost data.
   */
  countsExactly(writer: ChaosStreamWriter): boolean {
    if (this.hasLostTarget) return false;
    return (
      !this.of('recreated').includes(writer) && !(this.#isFlushed && this.of('trimmed').includes(writer))
    );
  }

  /** Creates every stream and every value. */
  async begin(): Promise<void> {
    for (const writer of this.streams) await this.write(writer, FIRST_ENTRIES);
    for (const writer of this.values) await writer.fill();
  }

  /** Writes at the rate until `stop` aborts. @throws ProvingError `PROVING_REDIS`, or the signal's reason. */
  async #run(stop: AbortSignal): Promise<void> {
    await Promise.all([
      this.#writeEntries(stop),
      ...this.values.map(async (writer) => await this.#changeValue(writer, stop)),
    ]);
  }

  /** Writes while the work runs. If one fails, both end. */
  async during(work: () => Promise<void>): Promise<void> {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal); // each value's writer adds a listener
    const writing = this.#run(stop.signal);
    try {
      await Promise.race([work(), writing]);
    } finally {
      stop.abort();
    }
    await writing;
  }

  async #writeEntries(stop: AbortSignal): Promise<void> {
    const writers = this.streams.filter((writer) => !this.of('recreated').includes(writer));
    const perTick = (this.options.rate * TICK_MS) / 1000;
    let due = 0;
    await repeatEvery(TICK_MS, stop, async () => {
      due += perTick;
      const work: Promise<unknown>[] = [];
      for (; due >= 1; due -= wholeFrom(this.#random, 1, 5)) {
        const all = [...writers, ...this.of('recreated').filter(({ written }) => written.exists)];
        const writer = all[wholeFrom(this.#random, 0, all.length - 1)];
        if (writer) work.push(this.write(writer, wholeFrom(this.#random, 1, 5)));
      }
      await Promise.all(work);
    });
  }

  async write(writer: ChaosStreamWriter, count: number): Promise<void> {
    await writer.inTurn(() => writer.add(Array.from({ length: count }, () => this.plain())));
  }

  /**
   * Empties Redis while nothing is written, and fills it again.
   * @param isRead called first, once no write is in flight. If it returns false, nothing is changed.
   * @param forMs how long Redis stays empty.
   * @returns whether it was emptied.
   */
  async flush(isRead: () => Promise<boolean>, forMs: number): Promise<boolean> {
    return await this.whilePaused(async () => {
      if (!(await isRead())) return false;
      const streams = this.streams.filter(({ written }) => written.exists);
      const values = this.values.filter(({ exists }) => exists);
      this.#isFlushed = true;
      for (const writer of values) writer.beginLoss();
      await this.#source.answered((redis) => redis.flushall());
      for (const { written } of streams) written.endIncarnation();
      for (const writer of values) writer.endLoss();
      await sleep(forMs + 2, undefined, { signal: this.options.signal }); // new ids need a later millisecond
      for (const writer of streams)
        await writer.add(Array.from({ length: FIRST_ENTRIES }, () => this.plain()));
      for (const writer of values) await writer.fill();
      return true;
    });
  }

  plain(): NumberedFields {
    return plainEntry(this.#random, ++this.#entries);
  }

  odd(): NumberedFields {
    return oddEntry(this.#random, ++this.#entries);
  }

  tooLarge(): NumberedFields {
    return tooLargeEntry(++this.#entries);
  }

  /** Closes the connection. */
  close(): void {
    this.#source.close();
  }

  /** Runs the work while all writers wait. */
  async whilePaused<T>(work: () => Promise<T>): Promise<T> {
    let goOn = () => {};
    const isOver = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const waiting = [...this.streams, ...this.values].map(
      async (writer) =>
        await new Promise<void>((reached, failed) => {
          const wait = async () => {
            reached();
            await isOver;
          };
          writer.inTurn(wait).catch(failed);
        }),
    );
    try {
      await Promise.all(waiting);
      return await work();
    } finally {
      goOn();
    }
  }

  async #changeValue(writer: ChaosValueWriter, stop: AbortSignal): Promise<void> {
    const waitMs = () => wholeFrom(this.#random, ...VALUE_MS);
    await repeatEvery(waitMs, stop, async () => {
      await writer.inTurn(() => writer.step());
      this.valueChanges += 1;
    });
  }
}
