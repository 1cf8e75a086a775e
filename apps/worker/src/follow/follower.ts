import { setTimeout as sleep } from 'node:timers/promises';
import type { Claims, KeptClaim } from '@redis-to-mongo/job-queue';
import { type KeyState, type Line, SyncError, type SyncReport } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { readNews } from '@redis-to-mongo/redis-source';
import { Followed } from './followed.js';
import { paceMs } from './worth-following.js';

type Redis = ReturnType<typeof connectRedis>;

export interface FollowerOptions {
  readonly line: Line;
  readonly claims: Pick<Claims, 'stillHolds' | 'letGo'>;
  /** Opens a connection of the follower's own, since its reads block. Opened with the first stream. */
  readonly connect: () => Redis;
  /** At most so many streams. */
  readonly atMost: number;
  /** Told of each look, once everything is written. */
  readonly onLook: (key: string, report: SyncReport) => void;
  /** Told of each position that is saved; does not throw. */
  readonly onSaved: (state: KeyState) => Promise<void>;
  /** Told of a look or a saving that failed; sees to it that the key is tried again. */
  readonly onFailed: (key: string, error: unknown) => Promise<void>;
  /** Asks for jobs on keys that are not followed any more and may hold something new, if they are to be synced still. */
  readonly wake: (keys: readonly string[]) => Promise<void>;
  /** Told how many are followed, when that changes. */
  readonly onSize: (streams: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How long one read waits for news, in ms: a stream that joins meanwhile waits as long. */
const BLOCK_MS = 25;
/** A server that does not answer for so long, in ms, is given up, and with it what is followed. */
export const ANSWER_MS = 5_000;
/** Positions are saved so long after the look, in ms, several looks' together. */
const SAVE_MS = 250;

/**
 * Goes on reading streams that change all the time, between their jobs: one blocking read waits for news of all of them, and
 * what came is read and written as a job would, from the state that is in hand. Positions are saved a moment later; what was
 * written and not saved when the process dies is found written by the next job. The key's claim is kept meanwhile, so that
 * the scheduler wakes nobody for it; a job that begins with it takes it over.
 *
 * Nothing depends on it: a stream that is dropped here is one whose jobs see to it.
 */
export class Follower {
  readonly #options: FollowerOptions;
  /** The line whose positions are saved later. */
  readonly #line: Line;
  readonly #followed = new Map<string, Followed>();
  readonly #underWay = new Set<Promise<void>>();
  #redis: Redis | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#line = { ...options.line, sink: { ...options.line.sink, save: async () => {} } };
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return !this.#closed && this.#followed.size < this.#options.atMost;
  }

  /** Follows a stream from a state that was just saved. */
  async follow(claim: KeptClaim, state: KeyState): Promise<void> {
    const stream = new Followed(claim, state, Date.now());
    this.#followed.set(claim.key, stream);
    this.#options.onSize(this.#followed.size);
    if (this.#closed) await this.#leaveToJobs([stream]);
    else this.#running ??= this.#run();
  }

  /** Leaves a stream to a job of this process that has begun with it; resolves when it is saved. */
  async handOver(key: string): Promise<void> {
    const stream = this.#followed.get(key);
    if (!stream) return;
    this.#forget(stream);
    await stream.settled();
    await this.#save(stream);
  }

  /** Ends when all that is under way has; what was followed is left to jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    clearTimeout(this.#timer);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#leaveToJobs([...this.#followed.values()]);
    this.#redis?.disconnect();
  }

  /** Runs while anything is followed. */
  async #run(): Promise<void> {
    this.#redis ??= this.#options.connect();
    const redis = this.#redis;
    while (!this.#closed && this.#followed.size > 0) {
      try {
        await this.#round(redis);
      } catch (error) {
        if (this.#closed) break;
        this.#options.onError(error);
        redis.disconnect(true); // it may be a connection that nobody is at the other end of
        await this.#leaveToJobs([...this.#followed.values()]);
        await sleep(500);
      }
    }
    this.#running = undefined;
  }

  async #round(redis: Redis): Promise<void> {
    await this.#leave([...this.#followed.values()].filter(({ isLooking }) => !isLooking));
    const waiting = [...this.#followed.values()].filter(({ isLooking }) => !isLooking);
    if (waiting.length === 0) return await sleep(paceMs(0, 0));
    const news = await readNews(redis, waiting, BLOCK_MS);
    const changed = waiting.filter((stream) => news.has(stream.key) && this.#isFollowed(stream));
    if (changed.length === 0) return;
    for (const stream of changed) this.#track(this.#look(stream));
    await sleep(paceMs(waiting.length, changed.length));
  }

  async #look(stream: Followed): Promise<void> {
    let isMine = true;
    const ask = async () => (isMine = await this.#holds(stream));
    try {
      const { report, goesOn } = await stream.look(this.#line, ask);
      this.#options.onLook(stream.key, report);
      if (!this.#isFollowed(stream)) return;
      if (!isMine) await this.#drop(stream);
      else if (goesOn) this.#saveSoon();
      else await this.#leaveToJobs([stream]);
    } catch (error) {
      await this.#failed(stream, error);
    }
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const stream of this.#followed.values()) if (stream.isUnsaved) this.#track(this.#save(stream));
    }, SAVE_MS);
  }

  async #save(stream: Followed): Promise<void> {
    try {
      const state = await stream.save(this.#options.line.sink);
      if (state) await this.#options.onSaved(state);
    } catch (error) {
      const isOvertaken = error instanceof SyncError && error.errorClass === 'overtaken';
      if (!isOvertaken) return await this.#failed(stream, error);
      if (!this.#isFollowed(stream)) return;
      // Whoever saved the key was no job if the claim is still held: then one has to be asked for, to see what there is.
      if (await this.#holds(stream)) await this.#leaveToJobs([stream]);
      else await this.#drop(stream);
    }
  }

  async #failed(stream: Followed, error: unknown): Promise<void> {
    const { onFailed, onError } = this.#options;
    await this.#drop(stream);
    await onFailed(stream.key, error).catch(onError);
  }

  /** Nobody may be there to be asked: then a job may have begun with it. */
  async #holds({ claim }: Followed): Promise<boolean> {
    return await this.#options.claims.stillHolds(claim).catch((error: unknown) => {
      this.#options.onError(error);
      return false;
    });
  }

  /** A quiet stream needs nobody; one that was followed for long is looked at afresh, by a job. */
  async #leave(streams: readonly Followed[]): Promise<void> {
    const now = Date.now();
    const quiet = streams.filter((stream) => stream.isQuiet(now) && !stream.isUnsaved);
    await Promise.all(quiet.map((stream) => this.#drop(stream)));
    await this.#leaveToJobs(streams.filter((stream) => this.#isFollowed(stream) && stream.isDue(now)));
  }

  /** Saves what is unsaved first. */
  async #leaveToJobs(streams: readonly Followed[]): Promise<void> {
    if (streams.length === 0) return;
    for (const stream of streams) this.#forget(stream);
    await Promise.all(streams.map((stream) => this.#save(stream)));
    await Promise.all(streams.map((stream) => this.#drop(stream)));
    await this.#options.wake(streams.map(({ key }) => key)).catch(this.#options.onError);
  }

  /** Follows it no longer. A claim that can't be let go is renewed no longer either, and ends by itself. */
  async #drop(stream: Followed): Promise<void> {
    this.#forget(stream);
    await this.#options.claims.letGo(stream.claim).catch(this.#options.onError);
  }

  /** A job of this process may have begun with the key, and have it followed anew. */
  #isFollowed(stream: Followed): boolean {
    return this.#followed.get(stream.key) === stream;
  }

  #forget(stream: Followed): void {
    if (!this.#isFollowed(stream)) return;
    this.#followed.delete(stream.key);
    this.#options.onSize(this.#followed.size);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
