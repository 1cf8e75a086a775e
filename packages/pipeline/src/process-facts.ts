/** Identity and resource usage of a process. */
export interface ProcessFacts {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Since its start, in s. */
  readonly uptimeSec: number;
  /** Resident memory, in bytes. */
  readonly memoryBytes: number;
  /** The longest that its event loop was held up since that was asked before, in ms. */
  readonly eventLoopLagMs: number;
}
