import type { JobDelays } from '@redis-to-mongo/job-queue';
import type { QueueStatus } from './status-report.js';

/** What is asked of a BullMQ queue for its status. */
export interface AskedQueue {
  getJobCounts(): Promise<Readonly<Record<string, number>>>;
  getJobSchedulersCount(): Promise<number>;
  getWorkers(): Promise<readonly { readonly addr?: unknown }[]>;
  isPaused(): Promise<boolean>;
}

export async function readQueueStatus(
  queue: AskedQueue,
  delays: () => Promise<JobDelays>,
): Promise<QueueStatus> {
  const [counts, schedulers, workers, paused, { waitingMs, usualMs }] = await Promise.all([
    queue.getJobCounts(),
    queue.getJobSchedulersCount(),
    queue.getWorkers(),
    queue.isPaused(),
    delays(),
  ]);
  // Where CLIENT LIST is not allowed, BullMQ answers with one entry that has no address.
  const known = workers.filter(({ addr }) => addr !== undefined);
  return {
    waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0) + (counts.paused ?? 0),
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
    schedulers,
    workers: workers.length > 0 && known.length === 0 ? null : known.length,
    paused,
    waitingMs,
    usualMs,
  };
}
