import { activeSchedulerIn, type Heartbeat, type QueueFacts, workersOf } from '@redis-to-mongo/job-queue';
import { COLLECTION_UNUSABLE } from '@redis-to-mongo/mongo-sink';
import { counted, grouped, time } from '@redis-to-mongo/terminal';
import type { FleetFacts } from './fleet-facts.js';
import { FLEET_MISMATCH } from './identity/fleet-mismatch.js';
import { MOMENT_MS, waitingReasons } from './judge-waiting.js';
import { retryingOf, wrongClock } from './process-state.js';
import type { Reason } from './verdict.js';

/** The reason for a sweep if the target was dropped or set back to an earlier state. */
export const TARGET_SET_BACK = 'MongoDB was dropped, or restored to an earlier state';

/**
 * After a worker moved to another server, within this time, in ms, the scheduler learns of the move and a
 * sweep becomes due.
 */
const MOVE_MOMENT_MS = 5_000;
/**
 * An active scheduler reports at least this often, in ms, that it has missed no change. It does not report
 * this while a sweep must find missed changes.
 */
const SEARCH_MOMENT_MS = 6_000;

/** Reasons from the queue: the active scheduler, the workers, and waiting work. */
export function queueReasons({
  queue,
  queueWrites,
  mirror,
  targetCounter,
  identity,
}: FleetFacts): readonly Reason[] {
  if (!('is' in queue)) return [];
  const facts = queue.is;
  const lately = [...facts.processes, ...(facts.left ?? [])];
  const isNew = facts.schedulers === 0 && 'is' in mirror && !mirror.is.hasKeys;
  const isUnsure = 'is' in identity && identity.is.is === 'unsure';
  const areMissing = isUnsure || !activeSchedulerIn(facts) || workersOf(facts) === 0;
  return [
    facts.isEvicting && areMissing ? EVICTS : undefined,
    ...inCharge(facts),
    workers(facts),
    retrying(facts),
    setBack(facts, mirror, targetCounter),
    clocks(facts),
    options(lately),
    servers(lately),
    ...waitingReasons({ queue, mirror }),
    // Without a scheduler, no process has looked for keys.
    isNew && facts.isLeased ? NOTHING_FOUND : undefined,
  ]
    .filter((reason) => reason !== undefined)
    .filter(
      ({ code }) => isTraceKept(facts, queueWrites) || (code !== 'no-scheduler' && code !== 'no-worker'),
    );
}

/**
 * Whether a heartbeat or mark that is missing in the queue means something: its Redis accepts and keeps what
 * processes write.
 */
export function isTraceKept({ isEvicting }: QueueFacts, queueWrites: FleetFacts['queueWrites']): boolean {
  return 'is' in queueWrites && !isEvicting;
}

const EVICTS: Reason = {
  code: 'queue-evicts',
  level: 'broken',
  what: 'The queue’s Redis evicts keys of the fleet',
  remedy:
    'Set its maxmemory-policy to noeviction, and give it more memory. Which processes run is not known: their heartbeats may have been evicted.',
};

function inCharge(facts: QueueFacts): readonly (Reason | undefined)[] {
  const active = activeSchedulerIn(facts);
  const isAlive = facts.processes.some(({ app }) => app === 'scheduler');
  if (!active)
    return [
      {
        code: 'no-scheduler',
        level: 'broken',
        what: 'No scheduler is active',
        remedy: `Changes and new keys are not noticed. ${isAlive ? 'One that stands by takes over within seconds.' : 'Start one: redis-to-mongo scheduler.'}`,
      },
    ];
  return [
    otherFleet(active),
    active.code === COLLECTION_UNUSABLE ? UNUSABLE : undefined,
    search(active, facts),
  ];
}

/** Only a scheduler whose marks are not those of queue and target says why. */
function otherFleet({ code, why }: Heartbeat): Reason | undefined {
  if (code !== FLEET_MISMATCH) return undefined;
  if (why === undefined) return SHARED_TARGET;
  return {
    code: 'other-fleet',
    level: 'broken',
    what: 'The active scheduler does not belong to the fleet of this queue',
    remedy: `Stop it, or fix its options: ${why}.`,
  };
}

/** Two fleets write to the same target without knowing of each other. */
const SHARED_TARGET: Reason = {
  code: 'other-fleet',
  level: 'broken',
  what: 'A fleet with another queue writes to this database, too',
  remedy: 'Stop one of the two: each fleet needs a QUEUE_PREFIX and a database of its own.',
};

/** Data written to that collection may be removed or overwritten without an error. */
const UNUSABLE: Reason = {
  code: 'target-unusable',
  level: 'broken',
  what: 'A collection of MongoDB is of a kind that loses documents',
  remedy: `Drop it, or rename it: its keys are then read again. The log of the active scheduler names it (${COLLECTION_UNUSABLE}).`,
};

/** Whether every change up to now was reported, or was found by a sweep and synced since. */
function search(
  { searchedMs, code, changes }: Heartbeat,
  { sweepPending, isCatchingUp, dueMs }: QueueFacts,
): Reason | undefined {
  const pollMs = changes?.by === 'polling' ? (changes.everyMs ?? 0) : 0;
  const isLate = searchedMs === undefined || searchedMs > SEARCH_MOMENT_MS + pollMs;
  if (isLate && code !== undefined && code !== FLEET_MISMATCH)
    return {
      code: 'search-failing',
      level: 'broken',
      what:
        searchedMs === undefined
          ? 'The search for keys has not succeeded yet'
          : `The search for keys has failed for ${time(searchedMs)}`,
      remedy: `Changes may be missed, and new keys not found (${code}). See the log of the active scheduler.`,
    };
  // The sweep's keys are due only since its requests; the changes that were missed may be older.
  if (!isLate && sweepPending === '' && isCatchingUp && dueMs <= MOMENT_MS)
    return {
      code: 'searching',
      level: 'behind',
      what: 'Changes may have been missed; the keys that a sweep has found are being read',
      remedy: 'It ends automatically.',
    };
  if (!isLate && sweepPending === '') return undefined;
  return {
    code: 'searching',
    level: 'behind',
    what: 'Changes may have been missed; a sweep over all keys is looking for them',
    remedy: `It ends automatically${sweepPending === '' ? '' : ` (${sweepPending})`}.`,
  };
}

/** Detects a target that was set back, before the active scheduler detects it within seconds. */
function setBack(
  { targetCounter: known = 0 }: QueueFacts,
  mirror: FleetFacts['mirror'],
  counter: FleetFacts['targetCounter'],
): Reason | undefined {
  const isLower = 'is' in counter && counter.is < known;
  // The mirror's counter may have been read before the queue's, and increased once in between.
  const wasLower = 'is' in mirror && (mirror.is.counter ?? 0) < known - 1;
  if (!isLower && !wasLower) return undefined;
  return {
    code: 'searching',
    level: 'behind',
    what: TARGET_SET_BACK,
    remedy:
      'A sweep over all keys restores it automatically; entries that Redis has dropped since are counted as lost.',
  };
}

function workers(facts: QueueFacts): Reason | undefined {
  if (workersOf(facts) === 0)
    return {
      code: 'no-worker',
      level: 'broken',
      what: 'No worker is running',
      remedy: 'Nothing is copied until you start one: redis-to-mongo worker.',
    };
  const paused = facts.processes.filter(({ app, state }) => app === 'worker' && state === 'paused');
  if (paused.length === 0) return undefined;
  const isAll = paused.length === workersOf(facts);
  const codes = [...new Set(paused.map(({ code }) => code ?? 'UNKNOWN'))].join(', ');
  return {
    code: 'workers-paused',
    level: isAll ? 'broken' : 'behind',
    what: `${isAll ? 'All' : grouped(paused.length)} workers have paused: ${codes}`,
    remedy:
      'A setting is wrong: check their logs, or run redis-to-mongo doctor. They continue automatically once it is fixed.',
  };
}

/** Why changes wait although workers are working on them. */
function retrying({ processes }: QueueFacts): Reason | undefined {
  const all = processes.flatMap((process) => retryingOf(process) ?? []);
  const [longest] = all.toSorted((a, b) => b.forMs - a.forMs);
  if (!longest) return undefined;
  const { code, message, forMs } = longest;
  return {
    code: 'workers-retrying',
    level: 'behind',
    what: `${counted(all.length, 'worker has', 'workers have')} been retrying for ${time(forMs)}: ${code}`,
    remedy: `${message}. It is retried automatically.`,
  };
}

function clocks({ processes }: QueueFacts): Reason | undefined {
  const offMs = ({ clockAheadMs = 0 }: Heartbeat) => Math.abs(clockAheadMs);
  const [worst, ...others] = processes
    .filter((process) => wrongClock(process) !== undefined)
    .toSorted((a, b) => offMs(b) - offMs(a));
  if (!worst) return undefined;
  const { app, about } = worst;
  const more =
    others.length > 0 ? `, and of ${counted(others.length, 'other process', 'other processes')},` : '';
  return {
    code: 'clocks-differ',
    level: 'unknown',
    what: `The clock of ${about ? `${app} ${about.host}:${about.pid}` : `a ${app}`}${more} is ${wrongClock(worst)}, by that of the queue’s Redis`,
    remedy: 'Set the clocks by NTP. Nothing is lost; ages, delays and times in MongoDB are wrong by as much.',
  };
}

function options(processes: readonly Heartbeat[]): Reason | undefined {
  const names = new Set(processes.flatMap((process) => Object.keys(process.options ?? {})));
  const differing = [...names].filter(
    (name) => new Set(processes.flatMap((process) => process.options?.[name] ?? [])).size > 1,
  );
  if (differing.length === 0) return undefined;
  const what = `Schedulers or workers differ in ${differing.sort().join(', ')}, or did until a moment ago`;
  const remedy =
    'What is mirrored, and how, depends on which of them applies it. Give all of them the same, by SIGHUP or a restart. redis-to-mongo config shows them.';
  return { code: 'options-differ', level: 'unknown', what, remedy };
}

/** After a failover of the source, a key requested because of one server may have been read from the other. */
function servers(processes: readonly Heartbeat[]): Reason | undefined {
  const reached = new Set(processes.flatMap(({ source }) => source?.servers ?? []));
  const hasMoved = processes.some(
    ({ app, source }) => app === 'worker' && source?.movedMs !== undefined && source.movedMs < MOVE_MOMENT_MS,
  );
  if (reached.size < 2 && !hasMoved) return undefined;
  return {
    code: 'servers-differ',
    level: 'behind',
    what: 'Schedulers and workers do not read the same servers, or did not until a moment ago',
    remedy:
      'After a failover of the source, or its restart, each moves within seconds, and a sweep follows. If it lasts, the source’s address leads to several servers, or nodes of its cluster are cut off from the others.',
  };
}

const NOTHING_FOUND: Reason = {
  code: 'nothing-found',
  level: 'empty',
  what: 'No keys are mirrored',
  remedy:
    'Redis has no key to mirror. If it should have some, it may have lost its data, or be the wrong server or database: ' +
    'check it, and REDIS_URL; then KEY_INCLUDE, KEY_EXCLUDE and KEY_TYPES.',
};
