import { startTcpProxy } from '@redis-to-mongo/local-stack';
import { describe, expect, it, vi } from 'vitest';
import { bookkeepingKeys } from '../src/bookkeeping.js';
import { BEGIN, HEARTBEAT } from '../src/claim-scripts.js';
import { type Claim, Claims } from '../src/index.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('claims');

async function claim(claims: Claims, key: string): Promise<Claim> {
  const { granted } = await claims.claim([key]);
  if (!granted[0]) throw new Error(`${key} was not granted`);
  return granted[0];
}

async function retain(claims: Claims, key: string): Promise<Claim> {
  const held = await claim(claims, key);
  expect(await claims.end(held, 'retain')).toBe('retained');
  return held;
}

/** As a worker that has died leaves it: it sends no heartbeats anymore. */
async function die(): Promise<void> {
  const workers = '{claims}:workers';
  for (const worker of await on.redis.zrange(workers, '0', '-1')) await on.redis.zadd(workers, 1, worker);
}

/** Closes at the end of the block. */
function closing(claims: Claims) {
  return { claims, [Symbol.asyncDispose]: () => claims.close() };
}

const due = () => on.queue.due.overdue(0, 100);

it('keys that a sweep for missed changes has requested are caught up with once each of them has had a run', async () => {
  const { sweeps } = on.queue;
  const isCatchingUp = async () => (await on.queue.facts()).isCatchingUp;
  const search = await sweeps.begin('all', 'the connection was lost');
  await on.queue.request(['a', 'b']);
  expect(await sweeps.end(search)).toBe(true);
  expect(await isCatchingUp()).toBe(true);
  await on.mine.end(await claim(on.mine, 'a'), 'done');
  expect(await isCatchingUp()).toBe(true);
  await on.mine.end(await claim(on.mine, 'b'), 'done');
  expect(await isCatchingUp()).toBe(false);

  // Nothing was missed before a routine sweep, and what changes after a search is no part of it.
  const routine = await sweeps.begin('all', '');
  await on.queue.request(['a']);
  await sweeps.end(routine);
  // The queue's clock and the age of what is due are not read in the same moment.
  await vi.waitFor(async () => expect(await isCatchingUp()).toBe(false), { timeout: 30_000 });
});

describe('claims of keys', () => {
  it('are granted to one run at a time, many in one step, and free again once it has ended', async () => {
    const { granted } = await on.mine.claim(['a', 'b', 'c']);
    expect(granted.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(await on.others.claim(['b', 'd'])).toMatchObject({ granted: [{ key: 'd' }], busy: ['b'] });
    expect(await Promise.all(granted.map((each) => on.mine.end(each, 'done')))).toEqual([
      'ended',
      'due',
      'ended',
    ]);
    expect(await on.others.claim(['a', 'b'])).toMatchObject({ granted: [{ key: 'a' }, { key: 'b' }] });
  });

  it('settle what was requested before the run began, and nothing later', async () => {
    await on.queue.request(['a', 'b', 'c']);
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((key) => claim(on.mine, key)));
    await on.queue.request(['b']);
    expect(await Promise.all([a, b, c].map((each) => each && on.mine.end(each, 'done')))).toEqual([
      'ended',
      'due',
      'ended',
    ]);
    expect(await due()).toEqual(['b']);
  });

  it('keep the time of the first request that no run has answered', async () => {
    await on.queue.request(['a']);
    const { dueMs } = await on.queue.depth();
    await expect
      .poll(
        async () => {
          await on.queue.request(['a']);
          return (await on.queue.depth()).dueMs;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(dueMs + 100);
    const held = await claim(on.mine, 'a');
    expect(await on.mine.end(held, 'failed')).toBe('ended');
    expect((await on.queue.depth()).dueMs).toBeGreaterThan(100);
  });

  it('of a run that failed leave the key due, also where nobody had requested it', async () => {
    const held = await claim(on.mine, 'a');
    await on.mine.end(held, 'failed');
    expect(await due()).toEqual(['a']);
  });

  it('of a run that failed do not count as waiting for a job, until the key is requested by a sweep that marked it', async () => {
    await on.queue.request(['failing', 'waiting']);
    const held = await claim(on.mine, 'failing');
    await on.mine.end(held, 'failed');
    await expect.poll(async () => (await on.queue.depth()).untriedMs, { timeout: 20_000 }).toBeGreaterThan(0);
    const waiting = await claim(on.mine, 'waiting');
    await on.mine.end(waiting, 'done');
    expect(await on.queue.depth()).toMatchObject({ due: 1, dueMs: expect.any(Number), untriedMs: 0 });
    await on.queue.due.markInterrupted(['marked']);
    await on.queue.request(['marked']);
    await expect.poll(async () => (await on.queue.depth()).untriedMs, { timeout: 20_000 }).toBeGreaterThan(0);
  });

  it('of runs that failed count as waiting for a job if there are more than a hundred of them', async () => {
    const keys = Array.from({ length: 101 }, (_, i) => `key ${i}`);
    await on.queue.request(keys);
    const { granted } = await on.mine.claim(keys);
    await Promise.all(granted.map((each) => on.mine.end(each, 'failed')));
    await expect.poll(async () => (await on.queue.depth()).untriedMs, { timeout: 20_000 }).toBeGreaterThan(0);
  });

  it('of a run that was overtaken leave the key due since its request: that run has not answered it', async () => {
    await on.queue.request(['a']);
    await expect.poll(async () => (await on.queue.depth()).dueMs, { timeout: 20_000 }).toBeGreaterThan(100);
    for (let i = 0; i < 3; i++) expect(await on.mine.end(await claim(on.mine, 'a'), 'overtaken')).toBe('due');
    expect((await on.queue.depth()).dueMs).toBeGreaterThan(100);
  });

  it('of a run with more to read ask for another job', async () => {
    const held = await claim(on.mine, 'a');
    expect(await on.mine.end(held, 'more')).toBe('due');
    expect(await due()).toEqual(['a']);
  });

  it.each(['failed', 'overtaken'] as const)(
    'of a run that ended as %s are free, and the next run learns of it, once',
    async (how) => {
      const held = await claim(on.mine, 'a');
      expect(held.wasInterrupted).toBe(false);
      expect(await on.mine.end(held, how)).toBe(how === 'failed' ? 'ended' : 'due');
      expect(await due()).toEqual(['a']);
      expect(await on.queue.due.abandoned()).toEqual([]);
      const next = await claim(on.others, 'a');
      expect(next.wasInterrupted).toBe(true);
      await on.others.end(next, 'done');
      expect((await claim(on.mine, 'a')).wasInterrupted).toBe(false);
    },
  );

  it('of a dead worker show the next run that the one before did not end', async () => {
    await claim(on.mine, 'a');
    await die();
    const next = await on.others.claimAlone('a', async ({ granted }) => granted[0]);
    expect(next?.wasInterrupted).toBe(true);
  });

  it('that another worker has taken over end nothing', async () => {
    const lost = await claim(on.mine, 'a');
    await die();
    const held = await claim(on.others, 'a');
    await on.queue.request(['a']);
    expect(await on.mine.end(lost, 'done')).toBe('ended');
    expect(await due()).toEqual([]); // somebody works on it
    expect(held && (await on.others.end(held, 'done'))).toBe('due');
  });

  it('of a request that came while the holder seemed dead are not lost when it was not', async () => {
    const held = await claim(on.mine, 'a');
    await die();
    await on.queue.request(['a']);
    expect(await on.mine.end(held, 'done')).toBe('due');
    expect(await due()).toEqual(['a']);
  });

  it('of one dead worker run together; those of two are suspects, and run alone', async () => {
    const keys = ['a', 'b', 'c'];
    for (const kills of [0, 1]) {
      await using dying = closing(new Claims(on.settings, on.onError));
      const { granted, suspects } = await dying.claims.claim(keys);
      expect([granted.length, suspects], `after ${kills} deaths`).toEqual([3, []]);
      await die();
    }
    expect(await on.others.claim(keys)).toMatchObject({ granted: [], suspects: keys });
    const held = await on.others.claimAlone('a', async ({ granted }) => granted[0]);
    expect(held && (await on.others.end(held, 'done'))).toBe('ended');
    expect(await on.others.claim(keys)).toMatchObject({ granted: [{ key: 'a' }], suspects: ['b', 'c'] });
  });

  it('of a dead worker are reported, and quarantined once three runs have not ended', async () => {
    await claim(on.mine, 'a');
    for (let i = 0; i < 2; i++) {
      await die();
      expect(await on.queue.due.abandoned()).toEqual(['a']);
      await using dying = closing(new Claims(on.settings, on.onError));
      await dying.claims.claimAlone('a', async ({ granted }) => expect(granted).toHaveLength(1));
    }
    await die();
    await on.queue.request(['a']);
    expect(await on.queue.due.abandoned()).toEqual([]);
    expect(await on.others.claim(['a'])).toMatchObject({ granted: [], quarantined: ['a'] });
    expect(await due()).toEqual([]);

    // If the clock of the queue's Redis is set back, the key is not quarantined until the time of before.
    const text = await on.redis.hget('{claims}:claims', 'a');
    const began = text?.split(' ')[3] ?? '';
    await on.redis.hset('{claims}:claims', 'a', text?.replace(began, `${Date.now() + 86_400_000}`) ?? '');
    expect(await on.queue.due.abandoned()).toEqual(['a']);
    await on.others.claimAlone('a', async ({ granted }) => expect(granted).toHaveLength(1));
  });

  /** As a failover of the queue's Redis leaves it that has lost the last claims. */
  const loseClaims = () => on.redis.del('{claims}:claims');

  it('that a failover has lost leave the key due: another run may have read it meanwhile, and found nothing new', async () => {
    const lost = await claim(on.mine, 'a');
    await loseClaims();
    const held = await claim(on.others, 'a');
    expect(held.wasInterrupted).toBe(false);
    expect(await on.others.end(held, 'done')).toBe('ended');
    expect(await on.mine.end(lost, 'done')).toBe('due');
    expect(await due()).toEqual(['a']);
  });

  it('that a failover has lost, while the other run is under way: that one leaves the key due', async () => {
    const lost = await claim(on.mine, 'a');
    await loseClaims();
    const held = await claim(on.others, 'a');
    expect(await on.mine.end(lost, 'done')).toBe('ended');
    expect(await on.others.end(held, 'done')).toBe('due');
  });

  /** As a failover of the queue's Redis leaves it that has lost the last heartbeats. */
  const loseHeartbeats = () => on.redis.del('{claims}:workers');

  it('are held by a worker whose heartbeat a failover has lost, as soon as it begins another run', async () => {
    await claim(on.mine, 'a');
    await loseHeartbeats();
    await claim(on.mine, 'b');
    expect(await on.others.claim(['a', 'b'])).toMatchObject({ granted: [], busy: ['a', 'b'], suspects: [] });
  });

  it('of a worker that died under a server whose clock was ahead are not held for as long', async () => {
    const hours = Date.now() + 7_200_000;
    await on.redis.zadd('{claims}:workers', hours, 'dead');
    await on.redis.hset('{claims}:claims', 'a', `dead 1 1 ${hours} 0 0`);
    await using alive = closing(new Claims({ ...on.settings, deadAfterMs: 600 }, on.onError));
    await claim(alive.claims, 'b');
    await expect.poll(() => on.queue.due.abandoned(), { timeout: 20_000 }).toEqual(['a']);
  });

  it('do not quarantine a key whose runs ended after all: their workers were only taken for dead', async () => {
    await using third = closing(new Claims(on.settings, on.onError));
    const ends: (() => Promise<string | undefined>)[] = [];
    for (const worker of [on.mine, on.others, third.claims]) {
      const run = await worker.claimAlone('a', async ({ granted }) => granted[0]);
      ends.push(async () => run && (await worker.end(run, 'done')));
      await loseHeartbeats();
    }
    expect(await on.mine.claim(['a'])).toMatchObject({ granted: [], quarantined: ['a'] });
    expect(await due()).toEqual([]);
    expect(await ends[0]?.()).toBe('due');
    expect(await due()).toEqual(['a']);
    expect(await ends[1]?.()).toBe('ended');
    expect(await ends[2]?.()).toBe('ended');
    expect(await due()).toEqual([]);
    expect(await claim(on.mine, 'a')).toMatchObject({ wasInterrupted: false });
  });

  it('of a worker that has ended are free at once', async () => {
    await claim(on.others, 'a');
    await on.others.close();
    expect(await on.queue.due.abandoned()).toEqual(['a']);
  });
});

describe('a claim that is retained after its run', () => {
  it('is held until it is released', async () => {
    const held = await retain(on.mine, 'a');
    expect(await on.mine.stillHolds(held)).toBe(true);
    expect(await on.mine.release(held)).toBe(false);
    expect(await on.mine.stillHolds(held)).toBe(false);
  });

  it('is taken over by the next run that begins, which learns of it', async () => {
    const held = await retain(on.mine, 'a');
    const next = await claim(on.others, 'a');
    expect(next.wasRetained).toBe(true);
    expect(await on.mine.stillHolds(held)).toBe(false);
    expect(await on.mine.release(held)).toBe(false); // too late, and it takes nothing from anybody
    expect(await on.others.end(next, 'retain')).toBe('retained');
    expect(await on.others.stillHolds(next)).toBe(true);
  });

  it('asked for with others in one turn, each gets its own answer', async () => {
    const held = [await retain(on.mine, 'a'), await retain(on.mine, 'b'), await retain(on.mine, 'c')];
    if (held[1]) await on.mine.release(held[1]);
    expect(await Promise.all(held.map((each) => on.mine.stillHolds(each)))).toEqual([true, false, true]);
  });

  it('is not retained when somebody has requested the key: its newest change may not have been seen', async () => {
    const held = await claim(on.mine, 'a');
    expect(await on.others.claim(['a'])).toMatchObject({ busy: ['a'] });
    expect(await on.mine.end(held, 'retain')).toBe('due');
    expect(await claim(on.others, 'a')).toMatchObject({ wasRetained: false });
  });

  it('is gone with the queue, and others are free to begin', async () => {
    const held = await retain(on.mine, 'a');
    await on.redis.flushall();
    expect(await on.mine.stillHolds(held)).toBe(false);
    expect(await claim(on.others, 'a')).toMatchObject({ wasRetained: false });
  });

  it('answers for changes: they are left to it, and the key is due once it is released: a read does not show a deletion', async () => {
    const held = await retain(on.mine, 'a');
    expect(await on.queue.due.request(['a', 'b'], true)).toEqual(new Set(['a']));
    expect(await on.waiting()).toEqual([['b']]);
    expect(await on.mine.stillHolds(held)).toBe(true); // asked after a read
    expect(await on.mine.release(held)).toBe(true);
    await on.mine.end(await claim(on.mine, 'a'), 'done');

    const again = await retain(on.mine, 'a');
    await on.queue.due.request(['a'], true);
    expect(await on.mine.release(again)).toBe(true);
    expect((await due()).sort()).toEqual(['a', 'b']);
  });

  it('does not keep a request from its job that is not of a change', async () => {
    await retain(on.mine, 'a');
    await on.queue.request(['a']);
    expect(await on.waiting()).toEqual([['a']]);
  });

  it('whose worker does not read on is reported, and the key has been due since its change', async () => {
    const held = await retain(on.mine, 'a');
    const request = () => on.queue.due.request(['a'], true);
    const age = async (ms: number) => {
      const words = (await on.redis.hget('{claims}:claims', 'a'))?.split(' ') ?? [];
      await on.redis.hset('{claims}:claims', 'a', words.with(4, `${Number(words[4]) - ms}`).join(' '));
    };
    await request();
    await age(4_000);
    expect(await on.queue.due.abandoned()).toEqual([]);
    expect(await on.mine.stillHolds(held)).toBe(true);
    await age(4_000);
    expect(await on.queue.due.abandoned()).toEqual([]);
    await age(2_000);
    expect(await on.queue.due.abandoned()).toEqual(['a']);
    await on.queue.request(['a']);
    await on.queue.request(['a']);
    expect(await on.waiting()).toEqual([['a']]);
    expect((await on.queue.depth()).dueMs).toBeGreaterThan(5_000);
    expect(await claim(on.others, 'a')).toMatchObject({ wasRetained: true });
    expect(await on.queue.due.abandoned()).toEqual([]);
  });

  it('of a dead worker answers for nothing', async () => {
    const held = await retain(on.mine, 'a');
    await die();
    expect(await on.queue.due.request(['a'], true)).toEqual(new Set());
    expect(await on.waiting()).toEqual([['a']]);
    const next = await on.others.claimAlone('a', async ({ granted }) => granted[0]);
    expect(next).toMatchObject({ key: 'a' });
    expect(await on.mine.stillHolds(held)).toBe(false);
  });

  it('counts once, however often runs take it over: a run that ended is no suspect', async () => {
    for (let i = 0; i < 5; i++) await retain(i % 2 === 0 ? on.mine : on.others, 'a');
    expect(await claim(on.mine, 'a')).toMatchObject({ wasRetained: true });
  });
});

it('a claim of a process that fell silent is free after as long as the settings say, not before', async () => {
  const proxy = await startTcpProxy(on.settings.redis.port);
  const redis = { ...on.settings.redis, port: proxy.port };
  const silent = new Claims({ ...on.settings, redis, deadAfterMs: 3_000 }, () => {}); // nothing comes through any more
  try {
    await claim(silent, 'a');
    proxy.set('hang');
    expect(await on.others.claim(['a'])).toMatchObject({ busy: ['a'], suspects: [] });
    const began = performance.now();
    await expect
      .poll(async () => (await on.others.claim(['a'])).granted, { timeout: 9_000, interval: 20 })
      .toMatchObject([{ key: 'a', wasInterrupted: true }]);
    // It was heard of a third of that before, at the earliest.
    expect(performance.now() - began).toBeGreaterThan(1_500);
  } finally {
    proxy.set('pass');
    await silent.close();
    await proxy.close();
  }
});

describe('a claim whose end could not be sent, since the queue was away', () => {
  /** Runs `end` while the queue is away, by claims that reach it again afterward. */
  async function awayWhile(
    begin: (claims: Claims) => Promise<Claim>,
    end: (claims: Claims, held: Claim) => Promise<unknown>,
    then: () => Promise<void>,
  ): Promise<void> {
    const proxy = await startTcpProxy(on.settings.redis.port);
    const redis = { ...on.settings.redis, port: proxy.port };
    const claims = new Claims({ ...on.settings, redis }, () => {}); // its connection is cut
    try {
      const held = await begin(claims);
      proxy.set('cut');
      await expect(end(claims, held)).rejects.toThrow();
      proxy.set('pass');
      await then();
    } finally {
      await claims.close();
      await proxy.close();
    }
  }

  it.each(['done', 'failed', 'retain'] as const)('is ended once the queue is back: %s', async (how) => {
    await awayWhile(
      (claims) => claim(claims, 'a'),
      (claims, held) => claims.end(held, how),
      () =>
        expect
          .poll(async () => (await on.others.claim(['a'])).granted, { timeout: 20_000 })
          .toMatchObject([{ key: 'a', wasRetained: false }]),
    );
  });

  it('is released once the queue is back, and the key is due', async () => {
    await awayWhile(
      (claims) => retain(claims, 'a'),
      (claims, held) => claims.release(held),
      () => expect.poll(due, { timeout: 20_000 }).toEqual(['a']),
    );
    expect(await on.queue.due.request(['a'], true)).toEqual(new Set());
  });

  it('counts no death less if it was not granted: two dead workers still make a suspect', async () => {
    for (const _ of [1, 2]) {
      await using dying = closing(new Claims(on.settings, on.onError));
      await claim(dying.claims, 'deadly');
      await die();
    }
    await awayWhile(
      (claims) => claim(claims, 'a'),
      (claims) => claims.claim(['deadly', 'harmless']),
      async () => {
        await expect.poll(due, { timeout: 20_000 }).toContain('harmless');
        expect(await on.others.claim(['deadly'])).toMatchObject({ granted: [], suspects: ['deadly'] });
      },
    );
  });

  it('is free before long where a failover of the queue has lost its end, though the worker lives', async () => {
    const claims = new Claims({ ...on.settings, deadAfterMs: 600 }, on.onError);
    try {
      const lost = await claim(claims, 'lost');
      const before = await on.redis.hget('{claims}:claims', 'lost');
      await claims.end(lost, 'done');
      await on.redis.hset('{claims}:claims', 'lost', String(before)); // as the new primary has it
      await expect.poll(() => on.queue.due.abandoned(), { timeout: 20_000 }).toEqual(['lost']);

      // What it works on is its own for as long as that takes, whatever it is called meanwhile.
      const held = await claim(claims, 'held');
      const names = () => on.redis.zcard('{claims}:workers');
      const then = await names();
      await expect.poll(names, { timeout: 20_000 }).toBeGreaterThan(then + 1);
      expect(await on.others.claim(['held'])).toMatchObject({ busy: ['held'] });
      expect(await claims.end(held, 'done')).toBe('due');
    } finally {
      await claims.close();
    }
  });

  it('is granted still to a run that asks again, since the answer was lost', async () => {
    const books = bookkeepingKeys(on.settings);
    await HEARTBEAT.run(on.redis, books, 10_000, 'worker');
    const begin = (run: string) => BEGIN.numbers(on.redis, books, 'worker', run, 10_000, 0, 'a');
    expect(await begin('1')).toEqual([1]);
    expect(await begin('1')).toEqual([5]);
    expect(await begin('2')).toEqual([0]);
  });
});
