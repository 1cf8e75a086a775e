import type { Heartbeat, QueueFacts } from '@redis-to-mongo/job-queue';
import type { MirrorFacts } from '@redis-to-mongo/mongo-sink';
import type { FleetFacts } from '../src/index.js';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export const IN_CHARGE: Heartbeat = {
  app: 'scheduler',
  state: 'active',
  searchedMs: 1_000,
};
export const WORKER: Heartbeat = { app: 'worker', state: 'active' };

export function aQueue(more: Partial<QueueFacts> = {}): { is: QueueFacts } {
  const depth = { waiting: 0, active: 0, delayed: 2, failed: 0, due: 0, dueMs: 0, untriedMs: 0 };
  const rest = {
    schedulers: 2,
    isPaused: false,
    waitingMs: 0,
    usualMs: 400,
    isLeased: true,
    sweepPending: '',
    isCatchingUp: false,
    isEvicting: false,
  };
  return { is: { ...depth, ...rest, processes: [IN_CHARGE, WORKER], ...more } };
}

export function aMirror(more: Partial<MirrorFacts> = {}): { is: MirrorFacts } {
  const nothing = { keys: 0, streams: [] };
  const lag = { entries: 0, ms: 0, keys: 0, worst: [] };
  const rest = { refused: { keys: 0 }, lag, paused: nothing, lostLately: 0, deadLetters: 0, forecasts: [] };
  return { is: { hasKeys: true, activeScheduled: 2, failing: 0, ...rest, ...more } };
}

/** A fleet in step, but for what is given. */
export function someFacts(more: Partial<FleetFacts> = {}): FleetFacts {
  return {
    at: NOW,
    queue: aQueue(),
    queueWrites: { is: true },
    mirror: aMirror(),
    targetCounter: { is: 0 },
    mirrorWrites: { is: true },
    source: { is: { masters: 1, silent: [] } },
    pausedUnread: { is: { entries: 0, streams: 0, unknown: 0 } },
    identity: { is: { is: 'same', id: 'f' } },
    ...more,
  };
}
