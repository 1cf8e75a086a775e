import type { KeySummary, SummaryQuery } from '@redis-to-mongo/mongo-sink';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeySnapshot } from '../src/keys/key-snapshot.js';
import { aSummary } from './a-report.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** A snapshot of `keys`, each reading of which takes so many ms. */
function snapshotOf(keys: KeySummary[], ms = 0) {
  const queries: SummaryQuery[] = [];
  const state: { failure?: Error } = {};
  const snapshot = new KeySnapshot(async function* (query) {
    queries.push(query);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    if (state.failure) throw state.failure;
    yield* keys;
  });
  const refresh = async () => {
    const refreshed = snapshot.refresh();
    await vi.advanceTimersByTimeAsync(ms);
    await refreshed;
  };
  return { snapshot, queries, state, refresh };
}

test('a small fleet is read as a whole each time: keys that went are gone', async () => {
  const keys = [aSummary({ key: 'a' }), aSummary({ key: 'b' })];
  const { snapshot, queries, refresh } = snapshotOf(keys);
  await refresh();
  keys.pop();
  await vi.advanceTimersByTimeAsync(1_000);
  await refresh();
  expect(queries).toEqual(['all', 'all']);
  expect([...snapshot.all()].map(({ key }) => key)).toEqual(['a']);
});

test('what takes long is read as a whole rarely, and what changed in between; never more than a sixth of the time', async () => {
  const { queries, refresh } = snapshotOf([aSummary()], 1_000);
  await refresh();
  for (let i = 0; i < 60; i += 1) {
    await vi.advanceTimersByTimeAsync(500);
    await refresh();
  }
  const all = queries.filter((query) => query === 'all').length;
  expect(all).toBeLessThanOrEqual(5);
  expect(queries.length).toBeGreaterThan(all);
  expect(queries.length).toBeLessThanOrEqual(16);
  expect(queries[1]).toEqual({ since: new Date(1_000_000 - 60_000) });
});

test('nobody waits for a slow reading, and many who ask share it', async () => {
  const { snapshot, queries } = snapshotOf([aSummary()], 60_000);
  const asked = Promise.all([snapshot.fleet(), snapshot.fleet()]);
  asked.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(asked).rejects.toMatchObject({ code: 'KEYS_LOADING' });
  expect(queries).toEqual(['all']);
});

test('a reading that fails is told of, what was read before stays, and the next one may be well again', async () => {
  const { snapshot, state, refresh } = snapshotOf([aSummary()]);
  await refresh();
  state.failure = new Error('down');
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(snapshot.fleet()).rejects.toThrow('down');
  expect([...snapshot.all()]).toHaveLength(1);
  delete state.failure;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await snapshot.fleet()).toMatchObject({ types: [{ keyType: 'stream', keys: 1 }] });
});

test('sums count each key once, and tell the errors by their class', async () => {
  const error = { code: 'MONGO_TIMEOUT', errorClass: 'transient', at: 1_000, message: 'm' };
  const { snapshot } = snapshotOf([
    aSummary({ key: 'a', lag: 5, error, entryId: null }),
    aSummary({ key: 'b', lag: 7, paused: true, dead: 1, entryId: null }),
    aSummary({ key: 'c', keyType: 'set', status: 'deleted', gap: 2 }),
  ]);
  expect(await snapshot.fleet()).toMatchObject({
    types: [
      { keyType: 'set', keys: 1, active: 0, deleted: 1, gap: 2 },
      { keyType: 'stream', keys: 2, active: 2, lag: 12, failing: 1, paused: 1, dead: 1 },
    ],
    backlogs: [{ key: 'b' }, { key: 'a' }],
    errors: [{ key: 'a', code: 'MONGO_TIMEOUT', message: 'm' }],
    errorClasses: [{ errorClass: 'transient', keys: 1 }],
  });
});
