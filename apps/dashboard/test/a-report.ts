import { type FleetFacts, judge } from '@redis-to-mongo/fleet-status';
import type { QueueFacts } from '@redis-to-mongo/job-queue';
import type { KeySummary, MirrorFacts } from '@redis-to-mongo/mongo-sink';
import { queueStatusOf, type StatusReport, type Sums, type TypeStatus } from '../src/status/status-report.js';

/** A key type with nothing to complain about. */
export function aType(more: Partial<TypeStatus> = {}): TypeStatus {
  return {
    keyType: 'stream',
    keys: 2,
    active: 2,
    deleted: 0,
    seen: 100,
    written: 100,
    alreadyThere: 0,
    dead: 0,
    gap: 0,
    lag: 0,
    failing: 0,
    paused: 0,
    perSecond: null,
    ...more,
  };
}

export function aQueue(more: Partial<QueueFacts> = {}): QueueFacts {
  return {
    waiting: 0,
    active: 0,
    delayed: 2,
    failed: 0,
    due: 0,
    dueMs: 0,
    untriedMs: 0,
    schedulers: 2,
    isPaused: false,
    waitingMs: 0,
    usualMs: null,
    isLeased: true,
    sweepPending: '',
    isCatchingUp: false,
    isEvicting: false,
    processes: [
      { app: 'scheduler', state: 'active', searchedMs: 0 },
      { app: 'worker', state: 'active' },
    ],
    ...more,
  };
}

/** Facts of a fleet in step, but for what is given; read just now. */
export function someFacts(more: Partial<FleetFacts> = {}): FleetFacts {
  return {
    at: Date.now(),
    queue: { is: aQueue() },
    queueWrites: { is: true },
    mirror: { is: aMirror() },
    targetCounter: { is: 0 },
    mirrorWrites: { is: true },
    source: { is: { masters: 1, silent: [] } },
    pausedUnread: { is: { entries: 0, streams: 0, unknown: 0 } },
    identity: { is: { is: 'same', id: 'f' } },
    ...more,
  };
}

export function aMirror(more: Partial<MirrorFacts> = {}): MirrorFacts {
  return {
    hasKeys: true,
    activeScheduled: 2,
    failing: 0,
    lag: { entries: 0, ms: 0, keys: 0, worst: [] },
    paused: { keys: 0, streams: [] },
    refused: { keys: 0 },
    lostLately: 0,
    deadLetters: 0,
    forecasts: [],
    ...more,
  };
}

export function aFleet(types: readonly TypeStatus[], more: Partial<Sums> = {}): Sums {
  const at = new Date('2026-01-02T03:04:05Z');
  return { at, types, backlogs: [], errors: [], errorClasses: [], ...more };
}

export function aReport(
  types: readonly TypeStatus[],
  { facts = someFacts(), ...more }: Partial<StatusReport> = {},
): StatusReport {
  const at = new Date('2026-01-02T03:04:05Z');
  const queue = queueStatusOf(facts);
  return { at, verdict: judge(facts), facts, fleet: aFleet(types), queue, ...more };
}

/** A stream that is in step. */
export function aSummary(more: Partial<KeySummary> = {}): KeySummary {
  return {
    key: 'orders',
    keyType: 'stream',
    stream: 'orders',
    type: 'main',
    status: 'active',
    paused: false,
    incarnation: 1,
    entryId: '1767323045000-0',
    lag: 0,
    seen: 100,
    written: 100,
    alreadyThere: 0,
    dead: 0,
    gap: 0,
    firstSyncedAt: 1_767_320_000_000,
    lastSyncedAt: 1_767_323_045_000,
    lastChangedAt: 1_767_323_045_000,
    error: null,
    ...more,
  };
}
