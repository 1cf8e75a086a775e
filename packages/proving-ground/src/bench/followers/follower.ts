import type { BenchEnvironment } from '../bench-environment.js';
import type { MessageTarget } from '../contestants/contestant.js';

/** A system that follows streams: what is written to them arrives in its target, until it is stopped. */
export interface Follower {
  readonly who: string;
  /** How an entry is found in its target: by the fleet's `_id`, or by what is in it, with an index made for that. */
  readonly lookUp: 'id' | 'content';
  /** Whether it brings what was in the streams before its start, too. */
  readonly takesBacklog: boolean;
  /** Starts it on the source's streams. Resolves once it reads, and what was there is in its target if it takes that. */
  start(place: BenchEnvironment, target: MessageTarget, streams: number): Promise<Following>;
}

/** One that is running. */
export interface Following extends AsyncDisposable {
  /** Of all its processes. */
  readonly pids: readonly number[];
  /** Ends every process of it by SIGKILL, all at once. */
  kill(): Promise<void>;
  /** Starts them again as they were, as anyone who watches over processes would. Resolves when they run. */
  restart(): Promise<void>;
}
