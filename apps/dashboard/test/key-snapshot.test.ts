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
  const asked = Promise.all([snapshot.refresh(), snapshot.refresh()]);
  await vi.advanceTimersByTimeAsync(1_000);
  await asked;
  expect(queries).toEqual(['all']);
});

test('of a reading that fails what was read before stays, and the next one may be well again', async () => {
  const { snapshot, state, refresh } = snapshotOf([aSummary()]);
  await refresh();
  state.failure = new Error('down');
  await vi.advanceTimersByTimeAsync(2_000);
  await refresh();
  expect([...snapshot.all()]).toHaveLength(1);
  delete state.failure;
  await vi.advanceTimersByTimeAsync(2_000);
  const before = snapshot.version;
  await refresh();
  expect(snapshot.version).toBe(before + 1);
});
