import type { BenchEnvironment, MongoTarget } from '../bench-environment.js';
import type { Figures } from '../bench-result.js';
import type { StreamCase } from '../bench-sizes.js';
import { untilMirrored } from '../check-mirror.js';

/** The target of streams: a MongoDB, or the sink that only acknowledges. */
export interface MessageTarget extends MongoTarget {
  /** Number of messages in the target. */
  count(): Promise<number>;
  /**
   * Compares the target with the source, byte for byte, if the target keeps messages.
   * @throws ProvingError `PROVING_NOT_MIRRORED`.
   */
  compare(): Promise<void>;
}

/** A system that moves the staged streams into an empty target. */
export interface Contestant {
  readonly who: string;
  /**
   * Moves the streams once, and checks the number of messages in the target.
   * @param isFirst whether this is the first repetition, which may be checked more closely.
   */
  readonly run: (
    bench: BenchEnvironment,
    target: MessageTarget,
    load: StreamCase,
    isFirst: boolean,
  ) => Promise<Figures>;
}

/** Opens a new, empty target. */
export type OpenTarget = () => Promise<MessageTarget>;

/** A system that copies new entries of streams to its target until it is stopped. */
export interface Follower {
  readonly who: string;
  /** How to find an entry in the target: by the fleet's `_id`, or by content, with an index for it. */
  readonly lookUp: 'id' | 'content';
  /** Whether it also copies entries from before its start. */
  readonly takesBacklog: boolean;
  /** Starts it on the source's streams; see startFollowing. */
  start(bench: BenchEnvironment, target: MessageTarget, streams: number): Promise<Following>;
}

/** A running follower. */
export interface Following extends AsyncDisposable {
  /** Pids of all its processes. */
  readonly pids: readonly number[];
  /** Whether it has ended by itself; `undefined` if unknown. */
  readonly isOver?: boolean;
  /** Kills all its processes at the same time (SIGKILL). */
  kill(): Promise<void>;
  /** Starts the same processes again, as a process manager would. Resolves when they run. */
  restart(): Promise<void>;
}

/** A process that can be killed. */
interface ProcessToKill extends AsyncDisposable {
  readonly pids: readonly number[];
  readonly isOver?: boolean;
  kill(): Promise<void>;
}

/** A follower that runs as one process. @param start starts the process, at first and after each kill. */
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

/**
 * Starts a follower. Resolves once it reads, and the backlog is in the target if it takes one.
 * @throws as untilMirrored.
 */
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
