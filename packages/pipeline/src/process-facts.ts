/** Identity and resource usage of a process. */
export interface ProcessFacts {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Time since its start, in s. */
  readonly uptimeSec: number;
  /** Resident memory, in bytes. */
  readonly memoryBytes: number;
  /** The longest delay of its event loop since the last report, in ms. */
  readonly eventLoopLagMs: number;
}
