import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { History } from '../judge/written-stream.js';
import { repeatEvery } from '../program/until-moved.js';
import type { KeyPlan, StreamPlan, ValuePlan } from './plan-keys.js';
import { seededRandom, wholeFrom } from './random.js';
import { runPipeline, runPipelines } from './run-pipeline.js';
import { type Portion, StreamWriter } from './stream-writer.js';

export interface Recreation {
  readonly stream: StreamPlan;
  /**
   * Resolves when the fleet has all `messages` of the first incarnation: entries
   * deleted unread would be a gap.
   */
  readonly untilDrained: (messages: number, signal: AbortSignal) => Promise<void>;
  /** Called after the stream was deleted. The next incarnation begins when it resolves. */
  readonly onDeleted: (signal: AbortSignal) => Promise<void>;
}

export interface GeneratorOptions {
  readonly redis: Redis;
  readonly plan: KeyPlan;
  readonly history: History;
  /** Approximate duration of the writing, in ms. */
  readonly durationMs: number;
  /** A stream that is deleted and created again. Half of its messages belong to the first incarnation. */
  readonly recreation?: Recreation;
  readonly signal: AbortSignal;
}

/** The share of the time after which the first incarnation of the recreated stream is complete. */
const FIRST_INCARNATION_ENDS = 0.3;
/** At this share of the time, this share of all messages is written at once: a backlog for the kill. */
const BURST = { at: 0.45, messages: 0.1 } as const;
const TICK_MS = 40;
/** Approximate number of set changes per second. */
const CHANGES_PER_SEC = 150;
/**
 * Approximate number of changes of other values per second. Each is two updates, some ms of work for
 * MongoDB's stand-in.
 */
const VALUE_CHANGES_PER_SEC = 25;

/** Writes a plan's streams at a steady pace with one burst, and keeps changing sets and other values. */
export class Generator {
  /** Whether the burst has begun. */
  burstBegun = false;
  readonly #streams: StreamWriter;
  readonly #sets: ValueWriter;
  readonly #values: ValueWriter;

  constructor(private readonly options: GeneratorOptions) {
    this.#streams = new StreamWriter(options.redis, options.history);
    this.#sets = new ValueWriter(options.redis);
    this.#values = new ValueWriter(options.redis);
  }

  /** Number of changes of sets. */
  get setChanges(): number {
    return this.#sets.changes;
  }

  /** Number of changes of other values. */
  get valueChanges(): number {
    return this.#values.changes;
  }

  /**
   * Writes everything. Resolves when the last message is in Redis.
   * @throws ProvingError `PROVING_REDIS`; AbortError if the signal aborts; errors
   * of the recreation's callbacks.
   */
  async run(): Promise<void> {
    const { plan, recreation, signal } = this.options;
    await this.#sets.fill(plan.sets);
    await this.#values.fill(plan.values);
    const others = plan.streams.filter((stream) => stream !== recreation?.stream);
    const stopped = new AbortController();
    const together = AbortSignal.any([signal, stopped.signal]);
    const parts = [
      this.#writeStreams(others, together),
      ...(recreation ? [this.#writeTwice(recreation, together)] : []),
    ];
    const changing = this.#change(together);
    try {
      await Promise.all(parts);
    } finally {
      stopped.abort();
      await Promise.allSettled([...parts, changing]);
    }
    await changing;
  }

  async #writeStreams(streams: readonly StreamPlan[], signal: AbortSignal): Promise<void> {
    await this.#pace(signal, (done) => {
      const share = withBurst(done);
      this.burstBegun ||= done >= BURST.at;
      return streams.map((stream) => ({ stream, messages: Math.floor(stream.messages * share) }));
    });
  }

  async #writeTwice({ stream, untilDrained, onDeleted }: Recreation, signal: AbortSignal): Promise<void> {
    const { redis, history } = this.options;
    const first = Math.floor(stream.messages / 2);
    await this.#pace(
      signal,
      (done) => [{ stream, messages: Math.floor(first * Math.min(1, done / FIRST_INCARNATION_ENDS)) }],
      FIRST_INCARNATION_ENDS,
    );
    await untilDrained(first, signal);
    await redis.del(stream.key);
    history.of(stream.key).endIncarnation();
    await onDeleted(signal);
    const rest = 1 - FIRST_INCARNATION_ENDS;
    await this.#pace(
      signal,
      (done) => [
        { stream, messages: first + Math.floor((stream.messages - first) * Math.min(1, done / rest)) },
      ],
      rest,
    );
  }

  /**
   * Writes, tick by tick, as many messages as `target` asks for at each share of the time, from 0 to `until`.
   */
  async #pace(signal: AbortSignal, target: (done: number) => Portion[], until = 1): Promise<void> {
    const { history, durationMs } = this.options;
    const begin = performance.now();
    for (;;) {
      const done = Math.min((performance.now() - begin) / durationMs, until);
      const due = target(done).map(({ stream, messages }) => ({
        stream,
        messages: messages - history.of(stream.key).entries,
      }));
      await this.#streams.write(due.filter(({ messages }) => messages > 0));
      if (done >= until) return;
      await sleep(TICK_MS, undefined, { signal });
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { plan } = this.options;
    const perTick = Math.max(1, Math.round((CHANGES_PER_SEC * TICK_MS) / 1000));
    const valuesPerTick = Math.max(1, Math.round((VALUE_CHANGES_PER_SEC * TICK_MS) / 1000));
    await repeatEvery(TICK_MS, signal, async () => {
      await this.#sets.change(plan.sets, perTick);
      await this.#values.change(plan.values, valuesPerTick);
    });
  }
}

/** The share of the messages that is due at a share of the time. */
function withBurst(done: number): number {
  if (done >= 1) return 1;
  const steady = done * (1 - BURST.messages);
  return done < BURST.at ? steady : steady + BURST.messages;
}

/** Every tenth value expires this long after it was filled, in s: not during a run. */
const EXPIRES_SEC = 86_400;

/** Fills values, and changes them. */
class ValueWriter {
  readonly #random = seededRandom(1);
  #version = 0;
  /** Number of changes, without the filling. */
  changes = 0;

  constructor(private readonly redis: Redis) {}

  /** Writes the first content of the values. */
  async fill(values: readonly ValuePlan[]): Promise<void> {
    await runPipelines(this.redis, values.length, (pipeline, i) => {
      const value = values[i];
      if (!value) return;
      value.model.change(++this.#version, this.#random);
      value.model.write(pipeline, value.key);
      if (i % 10 === 0) pipeline.expire(value.key, EXPIRES_SEC);
    });
  }

  /** Changes `count` randomly chosen values. */
  async change(values: readonly ValuePlan[], count: number): Promise<void> {
    if (values.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (let i = 0; i < count; i++) {
      const value = values[wholeFrom(this.#random, 0, values.length - 1)];
      value?.model.change(++this.#version, this.#random)(pipeline, value.key);
    }
    await runPipeline(pipeline);
    this.changes += count;
  }
}
