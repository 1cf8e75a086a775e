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
  /** Opens a connection of the tailer's own, since its reads block. Opened with the first stream. */
  readonly connect: () => Redis;
  /** At most this many streams. */
  readonly atMost: number;
  /** Called with each poll, once everything is written. */
  readonly onPoll: (key: string, report: SyncReport) => void;
  /** Called with each position that is saved; does not throw. */
  readonly onSaved: (state: KeyState) => Promise<void>;
  /** Called with a poll or a saving that failed; sees to it that the key is tried again. */
  readonly onFailed: (key: string, error: unknown) => Promise<void>;
  /** Adds jobs for keys that are due, and have none. */
  readonly addJobs: (keys: readonly string[]) => Promise<void>;
  /** Called with how many are tailed, when that changes. */
  readonly onSize: (streams: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How long one read waits for new entries, in ms: a stream that joins meanwhile waits as long. */
const BLOCK_MS = 25;
/** The time limit for an answer, in ms. After it, all streams of the server are released. */
export const ANSWER_MS = 5_000;
/** A position is saved when it has been unsaved for this long, in ms: for all polls of that time. */
const SAVE_MS = 1_000;
/** Those that are due are saved together, this often, in ms. All at once would hold up the writes of entries. */
const SAVE_TURN_MS = 200;

/**
 * Tails streams that change often, between their jobs: one blocking read waits for new entries of all of them, and
 * what came is read and written as a job would, from the state that is in hand. Positions are saved a moment later; what was
 * written and not saved when the process dies is found written by the next job. The key's claim is retained meanwhile, so that
 * the scheduler leaves its changes to this worker; a run that begins with it takes it over.
 *
 *     tailed ──new entries──▶ polled ──few──▶ tailed
 *        │                       ├──many, none, old──▶ saved, released, due
 *        │                       └──claim lost, failed──▶ dropped
 *        └──idle──▶ released; due if it has changed
 *
 * Nothing depends on it: a stream that is dropped here is one whose jobs see to it.
 */
export class StreamTailer {
  readonly #options: StreamTailerOptions;
  /** The line whose positions are saved later. */
  readonly #line: Line;
  readonly #tailed = new Map<string, TailedStream>();
  readonly #underWay = new Set<Promise<void>>();
  #redis: Redis | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: StreamTailerOptions) {
    this.#options = options;
    this.#line = { ...options.line, sink: { ...options.line.sink, save: async () => {} } };
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return !this.#closed && this.#tailed.size < this.#options.atMost;
  }

  /** Tails a stream from a state that was just saved. */
  async tail(claim: Claim, state: KeyState): Promise<void> {
    const stream = new TailedStream(claim, state);
    this.#tailed.set(claim.key, stream);
    this.#options.onSize(this.#tailed.size);
    if (this.#closed) await this.#leaveToJobs([stream]);
    else this.#running ??= this.#run();
  }

  /** Whether it tails the key. */
  tails(key: string): boolean {
    return this.#tailed.has(key);
  }

  /** Leaves a stream to a job of this process that has begun with it; resolves when it is saved. */
  async handOver(key: string): Promise<void> {
    const stream = this.#tailed.get(key);
    if (!stream) return;
    this.#forget(stream);
    await stream.settled();
    await this.#save(stream);
  }

  /** Ends when all that is under way has; what was tailed is left to jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    clearTimeout(this.#timer);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#leaveToJobs([...this.#tailed.values()]);
    this.#redis?.disconnect();
  }

  /** Runs while anything is tailed. */
  async #run(): Promise<void> {
    this.#redis ??= this.#options.connect();
    const redis = this.#redis;
    while (!this.#closed && this.#tailed.size > 0) {
      try {
        await this.#round(redis);
      } catch (error) {
        if (this.#closed) break;
        this.#options.onError(error);
        redis.disconnect(true); // it may be a connection that nobody is at the other end of
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
      this.#options.onPoll(stream.key, report);
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
    try {
      const state = await stream.save(this.#options.line.sink);
      if (state) await this.#options.onSaved(state);
    } catch (error) {
      if (!isOvertaken(error)) return await this.#failed(stream, error);
      if (!this.#isTailed(stream)) return;
      // Anyone who saved the key was no job if the claim is still held: then one has to be asked for, to see what there is.
      if (await this.#holds(stream)) await this.#leaveToJobs([stream]);
      else await this.#drop([stream]);
    }
  }

  async #failed(stream: TailedStream, error: unknown): Promise<void> {
    const { onFailed, onError } = this.#options;
    await this.#drop([stream], 'failed');
    await onFailed(stream.key, error).catch(onError);
  }

  /** Nobody may be there to be asked: then a job may have begun with it. */
  async #holds({ claim }: TailedStream): Promise<boolean> {
    return await this.#options.claims.stillHolds(claim).catch((error: unknown) => {
      this.#options.onError(error);
      return false;
    });
  }

  /** An idle stream is released. A stream that was tailed for long is read by a job again. */
  async #leave(streams: readonly TailedStream[]): Promise<void> {
    const now = performance.now();
    const idle = streams.filter((stream) => stream.isIdle(now) && !stream.isUnsaved);
    await this.#drop(idle);
    await this.#leaveToJobs(streams.filter((stream) => this.#isTailed(stream) && stream.isOld(now)));
  }

  /** Saves what is unsaved first. */
  async #leaveToJobs(streams: readonly TailedStream[]): Promise<void> {
    if (streams.length === 0) return;
    for (const stream of streams) this.#forget(stream);
    await Promise.all(streams.map((stream) => this.#save(stream)));
    await this.#drop(streams, 'more');
  }

  /**
   * Tails them no longer. A claim that can't be released ends with this worker.
   * @param end there where something may be left to read. A key is released and due by one command: between two, the queue's Redis
   * may go, and nobody would read it.
   */
  async #drop(streams: readonly TailedStream[], end?: 'more' | 'failed'): Promise<void> {
    const { claims, addJobs, onError } = this.#options;
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

  /** A job of this process may have begun with the key, and have it tailed again. */
  #isTailed(stream: TailedStream): boolean {
    return this.#tailed.get(stream.key) === stream;
  }

  #forget(stream: TailedStream): void {
    if (!this.#isTailed(stream)) return;
    this.#tailed.delete(stream.key);
    this.#options.onSize(this.#tailed.size);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
