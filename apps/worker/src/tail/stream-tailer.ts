import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, Claims } from '@redis-to-mongo/job-queue';
import { isOvertaken, type KeyState, type Line, type SyncReport } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { streamsWithNewEntries } from '@redis-to-mongo/redis-source';
import { TailedStream } from './tailed-stream.js';
import { pollDelayMs } from './worth-tailing.js';

type Redis = ReturnType<typeof connectRedis>;

export interface StreamTailerOptions {
  readonly line: Line;
  readonly claims: Pick<Claims, 'stillHolds' | 'release' | 'end'>;
  /** Opens the tailer's own connection, because its reads block. Called for the first stream. */
  readonly connect: () => Redis;
  /** Maximum number of tailed streams. */
  readonly atMost: number;
  /** Called after each poll, when everything is written. */
  readonly onPoll: (key: string, report: SyncReport) => void;
  /** Called when a position was saved. Does not throw. */
  readonly onSaved: (state: KeyState) => Promise<void>;
  /** Called when a poll or a save failed. Ensures that the key is retried. */
  readonly onFailed: (key: string, error: unknown) => Promise<void>;
  /** Adds jobs for due keys that have no job. */
  readonly addJobs: (keys: readonly string[]) => Promise<void>;
  /** Called with the number of tailed streams when it changes. */
  readonly onSize: (streams: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How long one read waits for new entries, in ms. A stream that joins meanwhile waits that long, too. */
const BLOCK_MS = 25;
/** The time limit for an answer, in ms. After it, all streams of the server are released. */
export const ANSWER_MS = 5_000;
/** A position is saved after this long, in ms, for all polls of that time. */
const SAVE_MS = 1_000;
/**
 * Interval at which positions that are old enough are saved together, in ms. Saving all positions in one step
 * would delay the writes of entries.
 */
const SAVE_TURN_MS = 200;

/**
 * Tails streams that change often, between their jobs. One blocking read waits for new entries of all tailed
 * streams. New entries are read and written as a job would do it, starting from the state in memory.
 * Positions are saved a little later. If the process dies before that, the next job finds the entries already
 * there. Meanwhile the key's claim is retained, so that the scheduler leaves the key's changes to this
 * worker. A job that begins with the key takes the claim over.
 *
 *     tailed ──new entries──▶ polled ──few──▶ tailed
 *        │                       ├──many, none, old──▶ saved, released, due
 *        │                       └──claim lost, failed──▶ dropped
 *        └──idle──▶ released; due if it has changed
 *
 * Nothing depends on tailing: a stream that is dropped here is synced by its jobs.
 */
export class StreamTailer {
  /** A line that leaves saving positions to the tailer. */
  readonly #line: Line;
  readonly #tailed = new Map<string, TailedStream>();
  readonly #underWay = new Set<Promise<void>>();
  #redis: Redis | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly options: StreamTailerOptions) {
    this.#line = { ...options.line, sink: { ...options.line.sink, save: async () => {} } };
  }

  /** Whether another stream can be tailed. */
  get hasRoom(): boolean {
    return !this.#closed && this.#tailed.size < this.options.atMost;
  }

  /** Tails a stream from a state that was just saved. */
  async tail(claim: Claim, state: KeyState): Promise<void> {
    const stream = new TailedStream(claim, state);
    this.#tailed.set(claim.key, stream);
    this.options.onSize(this.#tailed.size);
    if (this.#closed) await this.#leaveToJobs([stream]);
    else this.#running ??= this.#run();
  }

  /** Whether it tails the key. */
  tails(key: string): boolean {
    return this.#tailed.has(key);
  }

  /**
   * Stops tailing a stream, because a job of this process has begun with it. Resolves when its position is
   * saved.
   */
  async handOver(key: string): Promise<void> {
    const stream = this.#tailed.get(key);
    if (!stream) return;
    this.#forget(stream);
    await stream.settled();
    await this.#save(stream);
  }

  /** Stops tailing, and waits for running polls. Tailed streams are left to jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    clearTimeout(this.#timer);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#leaveToJobs([...this.#tailed.values()]);
    this.#redis?.disconnect();
  }

  /** Runs while any stream is tailed. */
  async #run(): Promise<void> {
    this.#redis ??= this.options.connect();
    const redis = this.#redis;
    while (!this.#closed && this.#tailed.size > 0) {
      try {
        await this.#round(redis);
      } catch (error) {
        if (this.#closed) break;
        this.options.onError(error);
        redis.disconnect(true); // the connection may be dead
        await this.#leaveToJobs([...this.#tailed.values()]);
        await sleep(500);
      }
    }
    this.#running = undefined;
  }

  async #round(redis: Redis): Promise<void> {
    await this.#leave([...this.#tailed.values()].filter(({ isPolling }) => !isPolling));
    const waiting = [...this.#tailed.values()].filter(({ isPolling }) => !isPolling);
    if (waiting.length === 0) return await sleep(pollDelayMs(0, 0));
    const found = await streamsWithNewEntries(redis, waiting, BLOCK_MS);
    const changed = waiting.filter((stream) => found.has(stream.key) && this.#isTailed(stream));
    if (changed.length === 0) return;
    for (const stream of changed) this.#track(this.#poll(stream));
    await sleep(pollDelayMs(waiting.length, changed.length));
  }

  async #poll(stream: TailedStream): Promise<void> {
    let isMine = true;
    const ask = async () => (isMine = await this.#holds(stream));
    try {
      const { report, goesOn } = await stream.poll(this.#line, ask);
      this.options.onPoll(stream.key, report);
      if (!this.#isTailed(stream)) return;
      if (!isMine) await this.#drop([stream]);
      else if (goesOn) this.#saveSoon();
      else await this.#leaveToJobs([stream]);
    } catch (error) {
      await this.#failed(stream, error);
    }
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const unsaved = [...this.#tailed.values()].filter(({ isUnsaved }) => isUnsaved);
      const due = unsaved.filter(({ unsavedMs }) => unsavedMs > SAVE_MS - SAVE_TURN_MS);
      for (const stream of due) this.#track(this.#save(stream));
      if (due.length < unsaved.length) this.#saveSoon();
    }, SAVE_TURN_MS);
  }

  async #save(stream: TailedStream): Promise<void> {
    const result = await this.#trySave(stream);
    if (result !== 'overtaken' || !this.#isTailed(stream)) return;
    // If the claim is still held, it was no job that saved the key. Then a job must be requested, to read from
    // the saved state.
    if (await this.#holds(stream)) await this.#leaveToJobs([stream]);
    else await this.#drop([stream]);
  }

  /** @returns `overtaken` if another state was saved meanwhile. If the save failed, the stream is dropped. */
  async #trySave(stream: TailedStream): Promise<'saved' | 'overtaken' | 'failed'> {
    try {
      const state = await stream.save(this.options.line.sink);
      if (state) await this.options.onSaved(state);
      return 'saved';
    } catch (error) {
      if (isOvertaken(error)) return 'overtaken';
      await this.#failed(stream, error);
      return 'failed';
    }
  }

  async #failed(stream: TailedStream, error: unknown): Promise<void> {
    const { onFailed, onError } = this.options;
    await this.#drop([stream], 'failed');
    await onFailed(stream.key, error).catch(onError);
  }

  /**
   * Whether the claim is still held. If the queue's Redis does not answer, a job may have begun with the key,
   * so the answer is false.
   */
  async #holds({ claim }: TailedStream): Promise<boolean> {
    return await this.options.claims.stillHolds(claim).catch((error: unknown) => {
      this.options.onError(error);
      return false;
    });
  }

  /** Releases idle streams, and leaves streams that were tailed for long to a job. */
  async #leave(streams: readonly TailedStream[]): Promise<void> {
    const now = performance.now();
    const idle = streams.filter((stream) => stream.isIdle(now) && !stream.isUnsaved);
    await this.#drop(idle);
    await this.#leaveToJobs(streams.filter((stream) => this.#isTailed(stream) && stream.isOld(now)));
  }

  /** Saves the positions, then makes the streams due and releases them. */
  async #leaveToJobs(streams: readonly TailedStream[]): Promise<void> {
    if (streams.length === 0) return;
    for (const stream of streams) this.#forget(stream);
    await Promise.all(
      streams.map(async (stream) => {
        const result = await this.#trySave(stream);
        if (result !== 'failed') await this.#drop([stream], result === 'saved' ? 'more' : result);
      }),
    );
  }

  /**
   * Stops tailing streams. A claim that cannot be released ends with this worker.
   * @param end set if something may be left to read. One command releases the key and makes it due: if the
   * queue's Redis failed between two commands, the rest would stay unread.
   */
  async #drop(streams: readonly TailedStream[], end?: 'more' | 'overtaken' | 'failed'): Promise<void> {
    const { claims, addJobs, onError } = this.options;
    const due: string[] = [];
    const drop = async (stream: TailedStream) => {
      this.#forget(stream);
      const isDue = end
        ? (await claims.end(stream.claim, end)) === 'due'
        : await claims.release(stream.claim);
      if (isDue) due.push(stream.key);
    };
    await Promise.all(streams.map((stream) => drop(stream).catch(onError)));
    await addJobs(due).catch(onError);
  }

  /**
   * Whether this object still tails the key. A job of this process may have begun with it since, and have had
   * it tailed again.
   */
  #isTailed(stream: TailedStream): boolean {
    return this.#tailed.get(stream.key) === stream;
  }

  #forget(stream: TailedStream): void {
    if (!this.#isTailed(stream)) return;
    this.#tailed.delete(stream.key);
    this.options.onSize(this.#tailed.size);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
