import { expect, it } from 'vitest';
import { overdueAfterMs } from '../src/overdue-after.js';

it.each([
  ['nothing is due', { waiting: 0, due: 0, workers: 0 }, undefined],
  ['no job waits: the job of a due key was lost', { waiting: 0, due: 3, workers: 2 }, 3_000],
  ['no job waits, and no worker lives', { waiting: 0, due: 3, workers: 0 }, 3_000],
  ['jobs wait: theirs is likely among them', { waiting: 9, due: 3, workers: 2 }, 60_000],
  ['jobs wait for a worker', { waiting: 9, due: 3, workers: 0 }, undefined],
])('keys are requested again in time when %s', (_, load, ms) => {
  expect(overdueAfterMs(load)).toBe(ms);
});
