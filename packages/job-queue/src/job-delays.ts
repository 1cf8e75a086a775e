import type { Queue } from 'bullmq';
import { CLOCK_TOLERANCE_MS } from './heartbeats.js';

const NEWEST = 20;

/** A job that was due longer ago, in ms, says nothing of now: a fleet that has caught up is not as late as those jobs were. */
const LATELY_MS = 10_000;

/**
 * How late the fleet's jobs are, in ms, by the clocks of those who made and ended them.
 * @param time the time of the queue's Redis, in ms since 1970: the clock of who asks does not matter.
 */
export async function jobDelays(queue: Queue, time: Promise<number>) {
  const [now, waiting, ended] = await Promise.all([
    time,
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['completed'], 0, NEWEST - 1),
  ]);
  // A job can be removed between the listing of its id and its reading.
  const first = waiting.find((job) => job !== undefined);
  const took = ended
    .flatMap((job) => {
      if (job?.finishedOn === undefined) return [];
      const due = dueAt(job);
      // What lies ahead is of a process whose clock was wrong.
      return now - due > LATELY_MS || due > now || job.finishedOn > now + CLOCK_TOLERANCE_MS
        ? []
        : [job.finishedOn - due];
    })
    .sort((a, b) => a - b);
  const middle = took[Math.floor(took.length / 2)];
  return {
    /** How long the job that waits longest has been due; 0 where none waits. */
    waitingMs: first === undefined ? 0 : Math.max(0, now - dueAt(first)),
    /** From when a job is due until it has ended: the middle one of the newest 20; null where none was due lately. */
    usualMs: middle === undefined ? null : Math.max(0, middle),
  };
}

/** A scheduled job was made long before it is due, and its id ends with that time; any other one is due when made. */
function dueAt({ id = '', timestamp }: { readonly id?: string; readonly timestamp: number }): number {
  const due = /^repeat:[0-9a-f]+:(\d+)$/.exec(id)?.[1];
  return due === undefined ? timestamp : Number(due);
}
