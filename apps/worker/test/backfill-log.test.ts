import { PassThrough } from 'node:stream';
import { createLogger } from '@redis-to-mongo/app-shell';
import { firstState, type KeyState } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import { BackfillLog } from '../src/backfill-log.js';

function stateOf(seen: number, lag: number, key = 'orders'): KeyState {
  const state = firstState(key, { stream: key, type: 'main' }, 'stream', new Date(0));
  return { ...state, lag, counts: { ...state.counts, seen } };
}

async function logged(
  notes: readonly [seen: number, lag: number, ms: number, key?: string][],
): Promise<Record<string, unknown>[]> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const logger = createLogger({ level: 'info', format: 'json', app: 'test', stream });
  const log = new BackfillLog(logger);
  for (const [seen, lag, ms, key] of notes) log.note(stateOf(seen, lag, key), ms);
  await logger.flush();
  return Buffer.concat(chunks)
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

it('logs a backfill: entries done and left, rate, time left, and its end', async () => {
  const lines = await logged([
    [50_000, 950_000, 0],
    [100_000, 900_000, 1_000],
    [300_000, 700_000, 5_000],
    [1_000_000, 0, 19_000],
  ]);
  expect(lines).toMatchObject([
    { msg: 'backfill begins', key: 'orders', done: 50_000, left: 950_000 },
    { msg: 'backfill', done: 300_000, left: 700_000, perSecond: 50_000, secondsLeft: 14 },
    { msg: 'backfill done', done: 1_000_000, perSecond: 50_000 },
  ]);
});

it('says nothing of a key that is a little behind', async () => {
  expect(
    await logged([
      [10, 500, 0],
      [510, 0, 9_000],
    ]),
  ).toEqual([]);
});

it('remembers a thousand backfills, those that were noted last', async () => {
  const keys = Array.from({ length: 1_001 }, (_, i) => `stream ${i}`);
  const lines = await logged([
    ...keys.slice(0, 1_000).map((key): [number, number, number, string] => [0, 20_000, 0, key]),
    [10, 19_990, 10, 'stream 0'],
    [0, 20_000, 20, 'stream 1000'],
    ...keys.map((key): [number, number, number, string] => [20_000, 0, 1_000, key]),
  ]);
  const done = new Set(lines.filter(({ msg }) => msg === 'backfill done').map(({ key }) => key));
  expect(keys.filter((key) => !done.has(key))).toEqual(['stream 1']);
});
