import { describe, expect, it, vi } from 'vitest';
import { ChangeBuffer } from '../src/change-buffer.js';
import { ChangeRequests } from '../src/change-requests.js';
import { MissedChanges } from '../src/missed-changes.js';

const names = (...keys: string[]) => keys.map((key) => Buffer.from(key));
const until = { timeout: 10_000, interval: 5 };

function buffer(onAdd = () => {}, isTailed: (key: string) => boolean = () => false) {
  const overflows: number[] = [];
  const made = new ChangeBuffer({
    wanted: (key) => !key.startsWith('unwanted'),
    ownPrefix: Buffer.from('{r2m}:'),
    isTailed,
    onAdd,
    onOverflow: () => void overflows.push(1),
  });
  return { made, overflows };
}

describe('the buffer of changes', () => {
  it('holds each key once, without the queue’s own and those that nobody wants', () => {
    const { made } = buffer();
    made.add(names('a', 'b', '{r2m}:sync:wait', 'unwanted:1'));
    made.add(names('b', 'c', '{r2m}', '{r2m}x'));
    expect(made.take(10).keys).toEqual(['a', 'b', 'c', '{r2m}', '{r2m}x']);
    expect(made.size).toBe(0);
  });

  it('drops all, and says so, where their names take too much', () => {
    const { made, overflows } = buffer();
    const name = (i: number) => `${i}`.padEnd(1_000_000, 'x');
    for (let i = 0; i < 30; i++) made.addKeys([name(i)]);
    for (let i = 0; i < 30; i++) made.addKeys([name(i)]); // the same
    made.take(10);
    for (let i = 30; i < 42; i++) made.addKeys([name(i)]);
    expect([made.size, overflows.length]).toEqual([32, 0]);
    for (let i = 42; i < 45; i++) made.addKeys([name(i)]);
    expect([made.size, overflows.length]).toEqual([1, 1]);
  });

  it('lets those go that were there at the last call of age, the older ones first', () => {
    const { made } = buffer();
    made.add(names('old'));
    made.age();
    made.add(names('new'));
    expect(made.take(1).keys).toEqual(['old']);
    made.age();
    made.age();
    expect(made.size).toBe(0);
  });

  it('knows since when the oldest change is there, also where others keep coming', () => {
    const { made } = buffer();
    expect(made.since).toBeUndefined();
    made.addKeys(['a', 'b'], 100);
    made.addKeys(['c'], 200);
    expect(made.since).toBe(100);
    expect(made.take(2)).toEqual({ keys: ['a', 'b'], since: 100 });
    made.addKeys(['d'], 300);
    expect(made.take(2)).toEqual({ keys: ['c'], since: 100 });
    expect(made.since).toBe(300);
    made.addKeys(['back again'], 100);
    expect(made.take(2)).toEqual({ keys: ['d', 'back again'], since: 100 });
    expect(made.since).toBeUndefined();
  });

  it('is bounded: it says so when more keys changed than it keeps', () => {
    const { made, overflows } = buffer();
    for (let i = 0; i < 101; i++) made.addKeys(Array.from({ length: 1000 }, (_, n) => `${i}:${n}`));
    expect(overflows).toHaveLength(1);
    expect(made.size).toBeLessThanOrEqual(100_000);
  });
});

describe('changes', () => {
  it('that are not requested yet are reported with their age: in the buffer, under way, and after a failure', async () => {
    const ages: number[] = [];
    let release = () => {};
    const { made, requests, errors } = requestsFor(async (_, ageMs) => {
      ages.push(ageMs);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      if (ages.length === 1) throw new Error('the queue is away');
      return new Set();
    });
    const heard = performance.now() - 60_000;
    made.addKeys(['key'], heard);
    for (let call = 1; call <= 2; call++) {
      expect(requests.requestedUntil).toBe(heard);
      await vi.waitFor(() => expect(ages).toHaveLength(call), until);
      expect(requests.requestedUntil).toBe(heard);
      release();
    }
    await vi.waitFor(() => expect(requests.requestedUntil).toBeGreaterThan(heard + 60_000), until);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(60_000);
    expect(errors).toHaveLength(1);
    await requests.close();
  });

  function requestsFor(request: (keys: readonly string[], ageMs: number) => Promise<ReadonlySet<string>>) {
    const errors: unknown[] = [];
    let adds = 0;
    const onAdd = () => {
      adds++;
      requests.notify();
    };
    const { made } = buffer(onAdd, (key) => requests.isTailed(key));
    const requests: ChangeRequests = new ChangeRequests({
      buffer: made,
      choose: async (keys) => keys,
      request,
      onError: (error) => void errors.push(error),
    });
    return { made, requests, errors, adds: () => adds };
  }

  it('are requested together, those that came at about the same time', async () => {
    const requested: string[][] = [];
    const { made, requests } = requestsFor(async (keys) => {
      requested.push([...keys]);
      return new Set();
    });
    made.add(names('a'));
    made.add(names('b', 'a'));
    await vi.waitFor(() => expect(requested).toEqual([['a', 'b']]), until);
    await requests.close();
  });

  it('are kept when they could not be requested, and requested later', async () => {
    let isDown = true;
    const requested: string[] = [];
    const { made, requests, errors } = requestsFor(async (keys) => {
      if (isDown) throw new Error('the queue is away');
      requested.push(...keys);
      return new Set();
    });
    made.add(names('a'));
    await vi.waitFor(() => expect(errors).toHaveLength(1), until);
    isDown = false;
    made.add(names('b'));
    await vi.waitFor(() => expect(requested.sort()).toEqual(['a', 'b']), until);
    await requests.close();
  });

  it('of a stream that a worker tails are asked about again while they go on, and not more than twice a second', async () => {
    const askedAt: number[] = [];
    const { made, requests, adds } = requestsFor(async (keys) => {
      askedAt.push(performance.now());
      return new Set(keys);
    });
    made.add(names('tailed'));
    await vi.waitFor(() => expect(askedAt).toHaveLength(1), until);
    for (let i = 0; i < 20; i++) {
      made.add(names('tailed'));
      await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(askedAt).toHaveLength(2), until);
    const [first = 0, second = 0] = askedAt;
    expect(second - first).toBeGreaterThan(450);
    // Meanwhile, its changes cost the scheduler next to nothing: nobody is woken.
    expect(adds()).toBeLessThanOrEqual(3);
    await requests.close();
  });

  it('that were not requested when it closes are in the buffer again', async () => {
    const { made, requests } = requestsFor(async (keys) => new Set(keys));
    made.add(names('tailed'));
    await vi.waitFor(() => expect(made.size).toBe(0), until);
    made.add(names('tailed'));
    await vi.waitFor(() => expect(made.size).toBe(0), until);
    await requests.close();
    expect(made.take(10).keys).toEqual(['tailed']);
  });
});

describe('changes that a standby missed', () => {
  it('are found by another scheduler’s sweep that began later', () => {
    const missed = new MissedChanges();
    missed.note('the connection was lost');
    missed.settle(1_000, 900);
    expect(missed.reason).not.toBe('');
    missed.settle(2_000, 1_001);
    expect(missed.reason).toBe('');
    missed.note('once more');
    missed.settle(3_000, 2_000);
    expect(missed.reason).toBe('once more');
  });
});
