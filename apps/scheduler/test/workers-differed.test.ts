import type { FleetProcess } from '@redis-to-mongo/job-queue';
import { expect, it } from 'vitest';
import { workersDifferedUntil } from '../src/workers-differed.js';

const NOW = 1_000_000;
const worker = (more: Partial<FleetProcess>): FleetProcess => ({
  ...{ app: 'worker', state: 'active', id: 'a', silentMs: 1_000, is: 'alive' },
  ...more,
});

it.each<[string, FleetProcess, number]>([
  ['one that has always read the same server', worker({ source: { servers: ['new'] } }), 0],
  ['one of an earlier version', worker({}), 0],
  ['one that moved, until then', worker({ source: { servers: ['new'], movedMs: 5_000 } }), NOW - 6_000],
  ['one that still reads elsewhere: not before it moves', worker({ source: { servers: ['old'] } }), 0],
  [
    'one that died while it read elsewhere, until its last heartbeat',
    worker({ source: { servers: ['new', 'old'] }, is: 'dead', silentMs: 20_000 }),
    NOW - 20_000,
  ],
  ['one with the same types', worker({ options: { KEY_TYPES: 'all', RULES: 'b' }, is: 'ended' }), 0],
  ['one with other types that runs: not before it ends', worker({ options: { KEY_TYPES: 'few' } }), 0],
  [
    'one with other types that has ended, until then',
    worker({ options: { KEY_TYPES: 'few' }, is: 'ended', silentMs: 3_000 }),
    NOW - 3_000,
  ],
  [
    'a scheduler: it settles nothing',
    { ...worker({ source: { servers: ['new'], movedMs: 1 } }), app: 'scheduler' },
    0,
  ],
])('%s', (_, process, until) => {
  const own = { servers: ['new'], options: { KEY_TYPES: 'all', RULES: 'a' } };
  expect(workersDifferedUntil([worker({ source: { servers: ['new'] } }), process], own, NOW)).toBe(until);
});
