import { setImmediate } from 'node:timers/promises';
import { until } from '@redis-to-mongo/test-kit';
import { afterEach, expect, it, vi } from 'vitest';
import { Leadership, type LeadershipState } from '../src/leadership.js';

const stop = new AbortController();
afterEach(() => stop.abort());

it('what is closed for a reload is not opened again once another process holds the lease', async () => {
  const hold = vi.fn(async () => true);
  const states: LeadershipState[] = [];
  let opened = 0;
  let closed = () => {};
  const leadership = new Leadership({
    ...{ lease: { hold }, leaseMs: 30_000, signal: stop.signal },
    open: () => {
      opened++;
      return {
        close: () =>
          new Promise<void>((resolve) => {
            closed = resolve;
          }),
      };
    },
    onChange: (state) => states.push(state),
    onError: () => {},
  });
  await until(() => expect(leadership.active).toBeDefined());
  const reopened = leadership.reopen();
  hold.mockResolvedValue(false);
  await leadership.confirm();
  closed();
  await reopened;
  expect(leadership.active).toBeUndefined();
  expect(opened).toBe(1);
  hold.mockResolvedValue(true);
  await leadership.confirm();
  const again = leadership.reopen();
  await setImmediate();
  closed();
  await again;
  expect(opened).toBe(3);
  expect(states).toEqual(['active', 'standby', 'active']);
});
