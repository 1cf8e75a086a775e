import type { Queue } from 'bullmq';
import { CLOCK_TOLERANCE_MS } from './heartbeats.js';

const NEWEST = 20;

/**
 * Jobs that were due longer ago than this, in ms, are ignored: a fleet that has caught up is no longer that
 * late.
 */
const LATELY_MS = 10_000;

/**
 * How late the fleet's jobs are, in ms, by the clocks of the processes that added and ended them.
 * @param time the time of the queue's Redis, in ms since 1970. The caller's own clock is not used.
 */
export async function jobDelays(queue: Queue, time: Promise<number>) {
  const [now, waiting, ended] = await Promise.all([
    time,
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['completed'], 0, NEWEST - 1),
  ]);
  // A job can be removed after its id was listed and before it is read.
  const first = waiting.find((job) => job !== undefined);
  const took = ended
    .flatMap((job) => {
      if (job?.finishedOn === undefined) return [];
      const due = dueAt(job);
      // A time in the future comes from a process whose clock was wrong.
      return now - due > LATELY_MS || due > now || job.finishedOn > now + CLOCK_TOLERANCE_MS
        ? []
        : [job.finishedOn - due];
    })
    .sort((a, b) => a - b);
  const middle = took[Math.floor(took.length / 2)];
  return {
    /** How long the longest-waiting job has been due; 0 if no job waits. */
    waitingMs: first === undefined ? 0 : Math.max(0, now - dueAt(first)),
    /** The median time from due to ended, over the newest 20 jobs; null if none of them was due lately. */
    usualMs: middle === undefined ? null : Math.max(0, middle),
  };
}

/**
 * A scheduled job is added long before it is due, and its id ends with the due time. Any other job is due
 * when it is added.
 */
function dueAt({ id = '', timestamp }: { readonly id?: string; readonly timestamp: number }): number {
  const due = /^repeat:[0-9a-f]+:(\d+)$/.exec(id)?.[1];
  return due === undefined ? timestamp : Number(due);
}
