import { expect, test } from 'vitest';
import { type Heartbeat, hasActiveScheduler } from '../src/index.js';

const ACTIVE: Heartbeat = { app: 'scheduler', state: 'active' };
const STANDBY: Heartbeat = { app: 'scheduler', state: 'standby' };
const WORKER: Heartbeat = { app: 'worker', state: 'active' };

test.each([
  [true, [WORKER, STANDBY, ACTIVE], true],
  [false, [ACTIVE], false],
  [true, [WORKER], false],
  // It holds the lease, and its next heartbeat says so.
  [true, [STANDBY], false],
])('with the lease held: %s, of the processes %j, a scheduler is active: %s', (isLeased, processes, is) => {
  expect(hasActiveScheduler({ isLeased, processes })).toBe(is);
});
