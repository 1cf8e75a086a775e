import { PassThrough } from 'node:stream';
import { createLogger } from '@redis-to-mongo/app-shell';
import { firstState, type KeyState } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import { BackfillLog } from '../src/backfill-log.js';

function stateOf(seen: number, lag: number): KeyState {
  const state = firstState('orders', { stream: 'orders', type: 'main' }, 'stream', new Date(0));
  return { ...state, lag, counts: { ...state.counts, seen } };
}

async function logged(
  notes: readonly [seen: number, lag: number, ms: number][],
): Promise<Record<string, unknown>[]> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const logger = createLogger({ level: 'info', format: 'json', app: 'test', stream });
  const log = new BackfillLog(logger);
  for (const [seen, lag, ms] of notes) log.note(stateOf(seen, lag), ms);
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
