export { type Claim, Claims, type RunEnd } from './claims.js';
export type { Ending } from './group-ends.js';
export * from './heartbeat-sender.js';
export {
  type ChangesHeard,
  CLOCK_TOLERANCE_MS,
  type FleetProcess,
  type Heartbeat,
} from './heartbeats.js';
export { KEYS_PER_JOB } from './job-data.js';
export * from './job-queue.js';
export type { Schedule } from './job-schedulers.js';
export { JobWorker, type RunKeys } from './job-worker.js';
export { Lease, SCHEDULER_LEASE } from './lease.js';
export * from './load-limit.js';
export * from './queue-calls.js';
export * from './queue-facts.js';
export { prefixOfMark } from './queue-mark.js';
export {
  deadAfterMsOf,
  QUEUE_NAME,
  type QueueSettings,
  queueKeyPattern,
  queueKeysBeginWith,
} from './queue-settings.js';
export * from './queue-telemetry.js';
export type { ScheduleChange } from './schedule-changes.js';
export { scheduledJobId } from './scheduler-id.js';
export { EVICTED, type LeftOut, NO_RECORD, type SweepRecord } from './sweep-record.js';
