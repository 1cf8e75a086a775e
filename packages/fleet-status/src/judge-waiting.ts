import { type QueueFacts, workersOf } from '@redis-to-mongo/job-queue';
import { counted, time } from '@redis-to-mongo/terminal';
import type { FleetFacts } from './fleet-facts.js';
import { retryingOf, wrongClock } from './process-state.js';
import type { Reason } from './verdict.js';

/** If a change or a job waits longer than this, in ms, the mirror is behind. */
export const MOMENT_MS = 3_000;
/** From this delay on, in ms, an operator should check. */
const LONG_MS = 60_000;

/** Reasons from changes and jobs that wait. */
export function waitingReasons({ queue, mirror }: Pick<FleetFacts, 'queue' | 'mirror'>): readonly Reason[] {
  if (!('is' in queue)) return [];
  const facts = queue.is;
  const { isPaused, dueMs, waiting: jobs, waitingMs } = facts;
  const reasons: Reason[] = [];
  if (isPaused)
    reasons.push({
      code: 'queue-paused',
      level: 'broken',
      what: 'The queue is paused',
      remedy: `Nothing is copied. ${RESUME}`,
    });
  const obstacle = obstacleOf(facts);
  if (dueMs > MOMENT_MS) reasons.push(changesWait(facts, onlyFailingWait({ queue, mirror }), obstacle));
  if (waitingMs > MOMENT_MS && delaysAreKnown(facts))
    reasons.push({
      code: 'jobs-late',
      level: 'behind',
      what: `Jobs are ${time(waitingMs)} late`,
      remedy:
        obstacle ??
        `${counted(jobs, 'job waits', 'jobs wait')} for a free worker; if this continues, add workers.`,
    });
  return reasons;
}

/**
 * Whether changes wait too long, and all of them are of keys whose last job failed. More workers would not help. A key
 * that is being tried again counts as untried meanwhile; but every failing key is due, so that their number tells, too.
 */
export function onlyFailingWait({ queue, mirror }: Pick<FleetFacts, 'queue' | 'mirror'>): boolean {
  if (!('is' in queue) || queue.is.dueMs <= MOMENT_MS) return false;
  const failing = 'is' in mirror ? mirror.is.failing : 0;
  return queue.is.untriedMs <= MOMENT_MS || queue.is.due <= failing;
}

/**
 * Whether job delays can be trusted. They are measured by the clocks of the processes, which must agree with
 * the clock of the queue's Redis.
 */
export function delaysAreKnown(facts: QueueFacts): boolean {
  return facts.processes.every((process) => wrongClock(process) === undefined);
}

function changesWait({ due, dueMs }: QueueFacts, areFailing: boolean, obstacle: string | undefined): Reason {
  const isLong = dueMs > LONG_MS;
  const levels = isLong
    ? ({ code: 'changes-waiting-long', level: 'broken' } as const)
    : ({ code: 'changes-waiting', level: 'behind' } as const);
  if (areFailing)
    return {
      ...levels,
      what: `Changes of failing keys have been waiting for ${time(dueMs)}`,
      remedy:
        obstacle ??
        'More workers would not help. See their errors: redis-to-mongo keys --status failing. Their jobs are retried automatically.',
    };
  return {
    ...levels,
    what: `Changes have been waiting for ${time(dueMs)}, of ${counted(due, 'key', 'keys')}`,
    remedy:
      obstacle ??
      (isLong
        ? 'Add workers, or check their logs for failures.'
        : 'Catching up; if this continues, add workers, or check their logs.'),
  };
}

/** Why what waits is not copied now, however many workers there are. Another reason names the cause. */
function obstacleOf(facts: QueueFacts): string | undefined {
  if (facts.isPaused) return RESUME;
  if (workersOf(facts) === 0) return 'Nothing is copied until a worker runs.';
  const workers = facts.processes.filter(({ app }) => app === 'worker');
  if (workers.every(({ state }) => state === 'paused'))
    return 'Nothing is copied while all workers are paused.';
  const areStuck = workers.every((worker) => worker.state === 'paused' || retryingOf(worker) !== undefined);
  return areStuck ? 'The workers are retrying what failed: see the other reasons.' : undefined;
}

const RESUME = 'Resume the queue, on the Queue page.';
