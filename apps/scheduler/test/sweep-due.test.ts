import { EVICTED } from '@redis-to-mongo/job-queue';
import { describe, expect, it } from 'vitest';
import { askEveryMs, type SweepFacts, sweepDue } from '../src/sweep-due.js';

const NO_LOSS = { searchedUntil: 0, rereadSince: undefined };
const RECORD = { beganAt: 900_000, endedAt: 1_000_000, scope: 'all', pending: '', ...NO_LOSS };
const SETTLED: SweepFacts = {
  record: RECORD,
  scope: 'all',
  missed: '',
  differedUntil: 0,
  feed: 'listening',
  feedMs: 60_000,
  intervalMs: 1_000,
  idleIntervalMs: 3_600_000,
  now: 1_500_000,
  lastRound: undefined,
  polls: 0,
};
const because = (facts: Partial<SweepFacts>) => sweepDue({ ...SETTLED, ...facts });

describe('with a feed that reports every change, a sweep is due', () => {
  it('never, while nothing was missed', () => {
    expect(because({})).toBeUndefined();
  });

  it.each([
    ['the queue knows of none', { record: undefined }],
    [
      'the last one did not end',
      { record: { beganAt: 0, endedAt: 0, scope: 'all', pending: 'it was begun', ...NO_LOSS } },
    ],
    ['the target was set back', { record: { ...RECORD, rereadSince: 900_000 } }],
    ['other keys are chosen', { scope: 'some' }],
    ['changes were missed', { missed: 'the connection was lost' }],
    ['a worker read another server, or had other types, since it began', { differedUntil: 900_000 }],
    ['IDLE_INTERVAL_SEC is over', { now: 1_000_000 + 3_600_000 }],
  ] satisfies [string, Partial<SweepFacts>][])('when %s', (_, facts) => {
    expect(because(facts)).toMatchObject({ isPoll: false });
    expect(because(facts)?.reason).not.toBe('');
  });

  it('when the queue’s Redis has evicted keys, but not again within a minute', () => {
    const record = { ...RECORD, pending: EVICTED };
    expect(because({ record, now: RECORD.endedAt + 60_000 })?.reason).toBe(EVICTED);
    expect(because({ record, now: RECORD.endedAt + 59_999 })).toBeUndefined();
  });

  it('that checks the intervals of the job schedulers, unless a completed one of the same configuration has', () => {
    const missed = 'the connection was lost';
    expect(because({ missed })).toMatchObject({ knowsIntervals: true });
    expect(because({ missed, scope: 'some' })).toMatchObject({ knowsIntervals: false });
    expect(because({ missed, record: undefined })).toMatchObject({ knowsIntervals: false });
    expect(because({ missed, record: { ...RECORD, pending: missed } })).toMatchObject({
      knowsIntervals: false,
    });
    expect(because({ now: 1_000_000 + 3_600_000 })).toMatchObject({ knowsIntervals: false });
  });

  it('not before the feed reports: what changes meanwhile would be missed again', () => {
    expect(because({ missed: 'it was lost', feed: 'connecting', feedMs: 1_000 })).toBeUndefined();
  });
});

describe('without such a feed', () => {
  it.each(['off', 'refused'] as const)('(%s) all keys are polled, at their interval', (feed) => {
    expect(because({ feed })).toMatchObject({ isPoll: true });
    expect(because({ feed, lastRound: { agoMs: 999, tookMs: 10 } })).toBeUndefined();
    expect(because({ feed, lastRound: { agoMs: 1_000, tookMs: 10 } })).toMatchObject({ isPoll: true });
  });

  it('polling takes a quarter of the time at most', () => {
    expect(because({ feed: 'off', lastRound: { agoMs: 29_000, tookMs: 10_000 } })).toBeUndefined();
    expect(because({ feed: 'off', lastRound: { agoMs: 30_000, tookMs: 10_000 } })).toBeDefined();
  });

  it('every tenth round requests every key', () => {
    const polls = Array.from({ length: 20 }, (_, i) => because({ feed: 'off', polls: i })?.isPoll);
    expect(polls.filter((isPoll) => isPoll === false)).toHaveLength(2);
  });

  it('that does not come back, polling begins after a while', () => {
    expect(because({ feed: 'connecting', feedMs: 14_000 })).toBeUndefined();
    expect(because({ feed: 'connecting', feedMs: 16_000, missed: 'it was lost' })).toMatchObject({
      isPoll: true,
    });
  });
});

describe('whether a sweep is due is asked', () => {
  const every = (facts: Partial<SweepFacts>) => askEveryMs({ ...SETTLED, ...facts });

  it('every second while nothing is missed, and at once where something is', () => {
    expect(every({})).toBe(1_000);
    expect(every({ missed: 'it was lost' })).toBe(0);
  });

  it('every second while the feed connects: a sweep that begins before would have to be made again', () => {
    expect(every({ feed: 'connecting', feedMs: 500, missed: 'it was lost' })).toBe(1_000);
  });

  it('four times an interval while keys are polled, so that a short one is kept', () => {
    expect(every({ feed: 'off', intervalMs: 400 })).toBe(100);
    expect(every({ feed: 'refused', intervalMs: 60_000, missed: 'it was lost' })).toBe(1_000);
  });
});
