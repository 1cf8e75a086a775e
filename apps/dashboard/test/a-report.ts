import type { QueueStatus, StatusReport, TypeStatus } from '../src/status/status-report.js';

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
    perSecond: null,
    ...more,
  };
}

export function aQueue(more: Partial<QueueStatus> = {}): QueueStatus {
  return { waiting: 0, active: 0, delayed: 2, failed: 0, schedulers: 2, workers: 1, paused: false, ...more };
}

export function aReport(types: readonly TypeStatus[], more: Partial<StatusReport> = {}): StatusReport {
  const at = new Date('2026-01-02T03:04:05Z');
  return { at, fleet: { at, types, backlogs: [], errors: [] }, queue: aQueue(), ...more };
}
