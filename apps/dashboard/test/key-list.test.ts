import type { KeyPageQuery } from '@redis-to-mongo/mongo-sink';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeyList } from '../src/keys/key-list.js';
import { parseKeyQuery } from '../src/keys/key-query.js';
import { aSummary } from './a-report.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const query = (text = '') => parseKeyQuery(new URLSearchParams(text));

/** A list of which each reading takes so many ms; `asked` is what the servers were asked for. */
function aList(ms = 0) {
  const asked: KeyPageQuery[] = [];
  const state: { failure?: Error } = {};
  const list = new KeyList({
    readPage: async (page) => {
      asked.push(page);
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      if (state.failure) throw state.failure;
      const key = aSummary();
      const place = { key: key.key, value: null };
      return { keys: [key], first: place, last: place, isMore: false };
    },
    countKeys: async () => 1,
    nextRuns: async (keys) => keys.map(() => null),
  });
  return { list, asked, state };
}

test('200 viewers of a list for a minute cost the servers as much as one', async () => {
  const { list, asked } = aList();
  for (let second = 0; second < 60; second += 2) {
    const pages = await Promise.all(Array.from({ length: 200 }, () => list.page(query('status=behind'))));
    expect(new Set(pages).size).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
  }
  expect(asked).toHaveLength(30);
});

test('a slow server is left alone five sixths of the time, and nobody waits for it', async () => {
  const { list, asked } = aList(5_000);
  const first = list.page(query());
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await first).toMatchObject({ rows: [], problem: 'KEYS_LOADING' });
  for (let i = 0; i < 60; i += 1) {
    const page = list.page(query());
    await vi.advanceTimersByTimeAsync(2_000);
    if (i > 2) expect((await page).rows).toHaveLength(1);
  }
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.length).toBeLessThanOrEqual(5);
});

test('if a reading fails, or hangs, the previous one stays, with the reason why it is old', async () => {
  const { list, state } = aList(100);
  const read = async () => {
    const page = list.page(query());
    await vi.advanceTimersByTimeAsync(2_000);
    return await page;
  };
  expect(await read()).not.toHaveProperty('problem');
  state.failure = Object.assign(new Error('mongodb://me:s3cret@host'), { code: 'MONGO_UNAVAILABLE' });
  expect(await read()).toMatchObject({ rows: [{}], problem: 'MONGO_UNAVAILABLE' });
  delete state.failure;
  expect(await read()).not.toHaveProperty('problem');
});

test('where no name begins with what is searched for, a part of the name is; a pattern is taken as it is', async () => {
  const asked: KeyPageQuery[] = [];
  const list = new KeyList({
    readPage: async (page) => {
      asked.push(page);
      return { keys: [], first: undefined, last: undefined, isMore: false };
    },
    countKeys: async () => 0,
    nextRuns: async () => [],
  });
  await list.page(query('q=ord'));
  expect(asked.map(({ name }) => [name?.prefix, name?.test?.('myOrders')])).toEqual([
    ['ord', undefined],
    ['', true],
  ]);
  await list.page(query('q=ord*'));
  expect(asked.map(({ name }) => name?.prefix)).toEqual(['ord', '', 'ord']);
});

test('lists that nobody asks for any more are forgotten', async () => {
  const { list, asked } = aList();
  for (let i = 0; i < 40; i += 1) await list.page(query(`q=${i}`));
  const before = asked.length;
  await list.page(query('q=39'));
  expect(asked.length).toBe(before);
  await list.page(query('q=0'));
  expect(asked.length).toBe(before + 1);
});
