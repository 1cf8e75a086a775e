export { type Claim, Claims } from './claims.js';
export { type JobDelays, jobDelays } from './job-delays.js';
export { JobQueue } from './job-queue.js';
export { JobWorker, type JobWorkerOptions } from './job-worker.js';
export { Lease } from './lease.js';
export { LoadLimit } from './load-limit.js';
export { type QueueSettings, queueKeyPattern } from './queue-settings.js';
export { queueTelemetry } from './queue-telemetry.js';
export { schedulerId } from './scheduler-id.js';
