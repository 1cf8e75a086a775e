import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Claims, JobQueue, type KeptClaim, type QueueSettings } from '../src/index.js';

const NONE = { enabled: false, rejectUnauthorized: true };

let server: RedisServer;
let settings: QueueSettings;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
/** Those of two workers. */
let mine: Claims;
let others: Claims;
const errors: Error[] = [];
const onError = (error: Error) => void errors.push(error);
beforeAll(async () => {
  server = await startRedis();
  settings = { redis: { host: '127.0.0.1', port: server.port, db: 0, tls: NONE }, prefix: 'kept' };
  redis = connectRedis(settings.redis, onError);
});
beforeEach(() => {
  queue = new JobQueue(settings, onError);
  mine = new Claims(settings, onError);
  others = new Claims(settings, onError);
});
afterEach(async () => {
  mine.close();
  others.close();
  await queue.close();
  await redis.flushall();
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function keep(claims: Claims, key: string): Promise<KeptClaim> {
  const claimed = await claims.during(
    key,
    async () => {},
    () => true,
  );
  if (claimed.claim !== 'granted' || !claimed.kept) throw new Error(`${key} is not kept`);
  return claimed.kept;
}

describe('a claim that is kept after its job', () => {
  it('is held until it is let go', async () => {
    const kept = await keep(mine, 'a');
    expect(await mine.stillHolds(kept)).toBe(true);
    await mine.letGo(kept);
    expect(await mine.stillHolds(kept)).toBe(false);
  });

  it('is taken over by the next job that begins, which is told so', async () => {
    const kept = await keep(mine, 'a');
    const told: boolean[] = [];
    const next = await others.during(
      'a',
      async () => await mine.stillHolds(kept),
      (_, wasKept) => {
        told.push(wasKept);
        return false;
      },
    );
    expect(next).toMatchObject({ claim: 'granted', result: false, kept: undefined });
    expect(told).toEqual([true]);
    await mine.letGo(kept); // too late, and it takes nothing from anybody
    const again = await keep(others, 'a');
    await mine.letGo(kept);
    expect(await others.stillHolds(again)).toBe(true);
  });

  it('asked for with others in one turn, each gets its own answer', async () => {
    const [a, b, c] = [await keep(mine, 'a'), await keep(mine, 'b'), await keep(mine, 'c')];
    await mine.letGo(b);
    expect(await Promise.all([a, b, c].map((claim) => mine.stillHolds(claim)))).toEqual([true, false, true]);
  });

  it('is not kept when somebody has asked for the key: its newest change may not have been seen', async () => {
    const claimed = await mine.during(
      'a',
      async () => expect(await others.during('a', async () => {})).toEqual({ claim: 'busy' }),
      () => true,
    );
    expect(claimed).toMatchObject({ claim: 'granted', again: true, kept: undefined });
    expect(await others.during('a', async () => 'free')).toMatchObject({ result: 'free' });
  });

  it('is gone with the queue, and others are free to begin', async () => {
    const kept = await keep(mine, 'a');
    await redis.flushall();
    expect(await mine.stillHolds(kept)).toBe(false);
    expect(await others.during('a', async () => 'begun')).toMatchObject({ result: 'begun' });
  });

  it('settles what the key was owed when its job began, and nothing later', async () => {
    await queue.wakeAll(['a', 'b']);
    await keep(mine, 'a');
    expect(await queue.owedKeys(0, 10)).toEqual(['b']);
    await mine.during(
      'b',
      async () => await queue.wakeAll(['b']),
      () => true,
    );
    expect(await queue.owedKeys(0, 10)).toEqual(['b']);
  });

  it('counts once, however often jobs take it over: a job that ended is no suspect', async () => {
    for (let i = 0; i < 5; i++) await keep(i % 2 === 0 ? mine : others, 'a');
    expect(await mine.during('a', async () => 'begun')).toMatchObject({ claim: 'granted' });
  });
});

describe('waking keys unless their claims are kept', () => {
  it('leaves those alone whose claim is kept, and owes them nothing', async () => {
    const kept = await keep(mine, 'a');
    expect(await queue.wakeUnlessKept(['a', 'b'])).toEqual(new Set(['a']));
    expect(await queue.owedKeys(0, 10)).toEqual(['b']);
    const jobs = await queue.queue.getJobs(['waiting']);
    expect(jobs.map(({ data }) => data)).toEqual([{ keys: ['b'] }]);
    await mine.letGo(kept);
    expect(await queue.wakeUnlessKept(['a'])).toEqual(new Set());
    expect(await queue.owedKeys(0, 10)).toContain('a');
  });

  it('wakes a key whose job runs: that one may not see the change', async () => {
    await mine.during('a', async () => {
      expect(await queue.wakeUnlessKept(['a'])).toEqual(new Set());
    });
    expect(await queue.queue.getWaitingCount()).toBe(1);
  });

  it('wakes a key whose keeper is dead', async () => {
    const kept = await keep(mine, 'a');
    // As it is once the keeper has not renewed it for its time.
    await redis.hset((await redis.keys('*:claim:*'))[0] ?? '', 'until', 1);
    expect(await queue.wakeUnlessKept(['a'])).toEqual(new Set());
    // A process may have died of it: it is run alone, and well.
    expect(await others.during('a', async () => await mine.stillHolds(kept))).toMatchObject({
      result: false,
    });
  });
});

it('keys are woken only where they have a job scheduler, when that is asked for', async () => {
  await queue.schedule(['a', 'c'], 3_600_000);
  await queue.wakeScheduled(['a', 'b', 'c']);
  expect((await queue.owedKeys(0, 10)).sort()).toEqual(['a', 'c']);
});
