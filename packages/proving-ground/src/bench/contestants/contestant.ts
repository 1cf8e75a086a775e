import type { BenchEnvironment, MongoTarget } from '../bench-environment.js';
import type { Figures } from '../bench-result.js';
import type { StreamCase } from '../bench-sizes.js';
import { untilMirrored } from '../check-mirror.js';

/** Where streams are moved to: a MongoDB, or what stands in for one. */
export interface MessageTarget extends MongoTarget {
  /** How many messages it holds. */
  count(): Promise<number>;
  /** Compares it with the source, byte for byte, where it keeps what it gets. @throws ProvingError `PROVING_NOT_MIRRORED`. */
  compare(): Promise<void>;
}

/** Someone who moves the staged streams into an empty target. */
export interface Contestant {
  readonly who: string;
  /**
   * One run, checked: what it says it moved is in the target.
   * @param isFirst the first repetition: it may be checked more closely.
   */
  readonly run: (
    bench: BenchEnvironment,
    target: MessageTarget,
    load: StreamCase,
    isFirst: boolean,
  ) => Promise<Figures>;
}

/** A target that is filled for the first time, of its own. */
export type OpenTarget = () => Promise<MessageTarget>;

/** A system that follows streams: what is written to them arrives in its target, until it is stopped. */
export interface Follower {
  readonly who: string;
  /** How an entry is found in its target: by the fleet's `_id`, or by what is in it, with an index made for that. */
  readonly lookUp: 'id' | 'content';
  /** Whether it brings what was in the streams before its start, too. */
  readonly takesBacklog: boolean;
  /** Starts it on the source's streams; see startFollowing. */
  start(bench: BenchEnvironment, target: MessageTarget, streams: number): Promise<Following>;
}

/** One that is running. */
export interface Following extends AsyncDisposable {
  /** Of all its processes. */
  readonly pids: readonly number[];
  /** Whether it has ended by itself, where that shows. */
  readonly isOver?: boolean;
  /** Ends every process of it by SIGKILL, all at once. */
  kill(): Promise<void>;
  /** Starts them again as they were, as anyone who watches over processes would. Resolves when they run. */
  restart(): Promise<void>;
}

/** A process that can be killed. */
interface ProcessToKill extends AsyncDisposable {
  readonly pids: readonly number[];
  readonly isOver?: boolean;
  kill(): Promise<void>;
}

/** Something that runs as one process. @param start begins it, again after each kill. */
export async function followBy(start: () => Promise<ProcessToKill>): Promise<Following> {
  let process = await start();
  return {
    get pids() {
      return process.pids;
    },
    get isOver() {
      return process.isOver === true;
    },
    kill: () => process.kill(),
    restart: async () => {
      process = await start();
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** Starts a follower. Resolves once it reads, and what was there is in its target if it takes that. @throws as untilMirrored. */
export async function startFollowing(
  bench: BenchEnvironment,
  { who, takesBacklog, start }: Follower,
  target: MessageTarget,
  streams: number,
): Promise<Following> {
  const following = await start(bench, target, streams);
  try {
    const isOver = () => following.isOver === true;
    if (takesBacklog) await untilMirrored(bench, who, target, streams, isOver);
    return following;
  } catch (error) {
    await following[Symbol.asyncDispose]();
    throw error;
  }
}
