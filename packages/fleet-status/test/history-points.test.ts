import type { FleetSample } from '@redis-to-mongo/mongo-sink';
import { expect, it } from 'vitest';
import { fleetSample, historyPoints, judge, keyPoints } from '../src/index.js';
import { aQueue, IN_CHARGE, NOW, someFacts, WORKER } from './some-facts.js';

const NOTHING = { lost: 0, dead: 0, due: 0, waiting: 0, keysPerSec: 0, entriesPerSec: 0, schedulers: 1 };

function samples(count: number): readonly FleetSample[] {
  return Array.from({ length: count }, (_none, i) => ({
    ...NOTHING,
    at: new Date(NOW + i * 60_000),
    level: i === 5 ? 'broken' : 'complete',
    behindMs: i === 7 ? null : i,
    lag: i === 100 ? 5_000 : 0,
    workers: i === 100 ? 0 : 2,
  }));
}

it('an hour has a point for each sample', () => {
  expect(historyPoints(samples(60), 'hour')).toEqual(samples(60));
});

it('a week has as many as a chart can show, and the worst of each number stays', () => {
  const points = historyPoints(samples(10_080), 'week');
  expect(points.length).toBeLessThanOrEqual(721);
  expect(points.some(({ lag }) => lag === 5_000)).toBe(true);
  expect(points.some(({ workers }) => workers === 0)).toBe(true);
  expect(points.filter(({ level }) => level === 'broken')).toHaveLength(1);
});

it('a key’s rate is of what was read between two points; an incarnation that began anew counts from 0', () => {
  const at = (i: number) => new Date(NOW + i * 60_000);
  const points = keyPoints(
    [0, 600, 600, 60].map((seen, i) => ({ at: at(i), lag: i, seen, gap: 0, dead: 0 })),
    'hour',
  );
  expect(points.map(({ entriesPerSec }) => entriesPerSec)).toEqual([null, 10, 0, 0]);
});

it('a sample holds what was read, and null for what could not be read', () => {
  const work = { jobs: 1, entriesPerSec: 10, keysPerSec: 2 };
  const facts = someFacts({
    queue: aQueue({ due: 3, processes: [IN_CHARGE, { ...WORKER, work }, { ...WORKER, work }, WORKER] }),
  });
  expect(fleetSample(facts, judge(facts, NOW))).toMatchObject({
    level: 'complete',
    workers: 3,
    schedulers: 1,
    entriesPerSec: 20,
    keysPerSec: 4,
    due: 3,
  });
  const away = someFacts({ queue: { error: Object.assign(new Error('x'), { code: 'X' }) as never } });
  expect(fleetSample(away, judge(away, NOW))).toMatchObject({ workers: null, due: null, lag: 0 });
});
