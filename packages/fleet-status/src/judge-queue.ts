import { type QueueFacts, workersOf } from '@redis-to-mongo/job-queue';
import type { FleetFacts } from './fleet-facts.js';
import type { Reason } from './verdict.js';
import { count, counted, time } from './words.js';

/** A change, or a job, that waits for longer than a moment, in ms, says that the mirror is behind. */
const MOMENT_MS = 3_000;
/** From here on, in ms, somebody should look. */
const LONG_MS = 60_000;
/** The search for keys is late when it is this many ms behind its pace. */
const SEARCH_LATE_MS = 30_000;

/** Who is in charge, who works, and what waits. */
export function queueReasons({ queue, mirror }: FleetFacts): readonly Reason[] {
  if (!('is' in queue)) return [];
  const facts = queue.is;
  const isNew = facts.schedulers === 0 && 'is' in mirror && mirror.is.active === 0;
  return [...inCharge(facts), ...workers(facts), ...waiting(facts), ...(isNew ? nothingFound() : [])];
}

function inCharge({ isLeased, processes }: QueueFacts): readonly Reason[] {
  const active = processes.find(({ app, state }) => app === 'scheduler' && state !== 'standby');
  if (!isLeased || !active)
    return [
      {
        code: 'no-scheduler',
        level: 'broken',
        what: 'No scheduler is in charge',
        remedy: 'Changes are noticed by nobody, and no new key is found. Start one: pnpm start:scheduler.',
      },
    ];
  const { searchedMs, searchEveryMs = 0, code } = active;
  if (searchedMs === undefined)
    return [
      code === undefined ? SEARCHING : searchFailing('The search for keys has not succeeded yet', code),
    ];
  if (searchedMs <= searchEveryMs + SEARCH_LATE_MS) return [];
  return [searchFailing(`The last search for keys was ${time(searchedMs)} ago`, code)];
}

const SEARCHING: Reason = {
  code: 'searching',
  level: 'behind',
  what: 'The first search for keys is under way',
  remedy: 'What has changed while no scheduler was in charge is not known until it has ended.',
};

function searchFailing(what: string, code: string | undefined): Reason {
  const why = code === undefined ? 'it takes longer than usual' : code;
  return {
    code: 'search-failing',
    level: 'broken',
    what,
    remedy: `New keys are not found, and vanished ones not noticed (${why}). See the log of the scheduler in charge.`,
  };
}

function workers(facts: QueueFacts): readonly Reason[] {
  if (workersOf(facts) === 0)
    return [
      {
        code: 'no-worker',
        level: 'broken',
        what: 'No worker is running',
        remedy: 'Nothing is copied until one starts: pnpm start:worker.',
      },
    ];
  const paused = facts.processes.filter(({ app, state }) => app === 'worker' && state === 'paused');
  if (paused.length === 0) return [];
  const isAll = paused.length === workersOf(facts);
  const codes = [...new Set(paused.map(({ code }) => code ?? 'UNKNOWN'))].join(', ');
  return [
    {
      code: 'workers-paused',
      level: isAll ? 'broken' : 'behind',
      what: `${isAll ? 'All' : count(paused.length)} workers have paused: ${codes}`,
      remedy: 'A setting is wrong: see their logs, or doctor. They go on by themselves once it is mended.',
    },
  ];
}

function waiting({ isPaused, due, dueMs, waiting: jobs, waitingMs }: QueueFacts): readonly Reason[] {
  const reasons: Reason[] = [];
  if (isPaused)
    reasons.push({
      code: 'queue-paused',
      level: 'broken',
      what: 'The queue is paused',
      remedy: 'Nothing is copied until it is resumed, on the page Queue.',
    });
  if (dueMs > MOMENT_MS) {
    const isLong = dueMs > LONG_MS;
    reasons.push({
      code: isLong ? 'changes-waiting-long' : 'changes-waiting',
      level: isLong ? 'broken' : 'behind',
      what: `Changes have waited for ${time(dueMs)}, of ${counted(due, 'key', 'keys')}`,
      remedy: isLong
        ? 'Add workers, or see in their logs what fails.'
        : 'Catching up; if it lasts, add workers.',
    });
  }
  if (waitingMs > MOMENT_MS)
    reasons.push({
      code: 'jobs-late',
      level: 'behind',
      what: `Jobs are ${time(waitingMs)} late`,
      remedy: `${counted(jobs, 'job waits', 'jobs wait')} for a free worker; if it lasts, add workers.`,
    });
  return reasons;
}

function nothingFound(): readonly Reason[] {
  return [
    {
      code: 'nothing-found',
      level: 'empty',
      what: 'Nothing is mirrored yet',
      remedy: 'No key was found so far. Do KEY_INCLUDE, KEY_EXCLUDE and KEY_TYPES fit?',
    },
  ];
}
