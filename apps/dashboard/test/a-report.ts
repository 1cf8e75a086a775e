import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { QueueStatus, StatusReport, TypeStatus, Unreadable } from '../src/status/status-report.js';

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

export function aQueue(more: Partial<QueueStatus> = {}): QueueStatus {
  return {
    waiting: 0,
    active: 0,
    delayed: 2,
    failed: 0,
    schedulers: 2,
    workers: 1,
    paused: false,
    waitingMs: 0,
    usualMs: null,
    ...more,
  };
}

export function aFleet(
  types: readonly TypeStatus[],
  more: Partial<Exclude<StatusReport['fleet'], Unreadable>> = {},
) {
  const at = new Date('2026-01-02T03:04:05Z');
  return { at, types, backlogs: [], errors: [], behindMs: 0, errorClasses: [], forecasts: [], ...more };
}

export function aReport(types: readonly TypeStatus[], more: Partial<StatusReport> = {}): StatusReport {
  const at = new Date('2026-01-02T03:04:05Z');
  return { at, fleet: aFleet(types), queue: aQueue(), ...more };
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
