import { JobQueue } from '@redis-to-mongo/job-queue';
import { ruleBook } from '@redis-to-mongo/key-types';
import { markPaused } from '@redis-to-mongo/mongo-sink';
import { migrateKey } from '@redis-to-mongo/operations';
import { type Line, SyncError } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { addsUp } from '@redis-to-mongo/test-kit';
import { describe, expect, it, vi } from 'vitest';
import { StreamTailer } from '../src/tail/stream-tailer.js';
import { jobsUnderTest } from './job-under-test.js';

const until = { timeout: 20_000, interval: 10 };

const on = jobsUnderTest();

/** A worker that tails. */
async function worker(changes: Partial<Line> = {}, asked?: () => Promise<boolean>, queue = on.queue) {
  const { line, claims, account, job } = await on.worker(changes);
  const polls: string[] = [];
  const failed: unknown[] = [];
  let size = 0;
  const tailer = new StreamTailer({
    line,
    claims: {
      stillHolds: asked ?? ((claim) => claims.stillHolds(claim)),
      release: (claim) => claims.release(claim),
      end: (claim, how) => claims.end(claim, how),
    },
    connect: () => connectRedis(on.address(), on.onError),
    atMost: 10,
    onPoll: (key, report) => {
      polls.push(key);
      account.done(key, report);
    },
    onSaved: async () => {},
    onFailed: async (key, error) => {
      failed.push(error);
      if (queue !== on.queue) await queue.due.retry([key]);
    },
    addJobs: (keys) => queue.due.addJobs(keys),
    onSize: (streams) => {
      size = streams;
    },
    onError: on.onError,
  });
  on.closeLater(() => tailer.close());
  return { job: job({ tailer }), tailer, polls, failed, size: () => size };
}

async function add(key: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await on.under.redis.xadd(key, id, 'v', id);
}

async function ids(key: string): Promise<string[]> {
  return (await on.under.messages(key)).map(({ entryId }) => entryId);
}

/** Has the stream tailed: two jobs find something new within moments. */
async function tail({ job, size }: Awaited<ReturnType<typeof worker>>, key: string): Promise<void> {
  const before = size();
  for (const id of ['1-0', '2-0']) {
    await add(key, [id]);
    await job([key]);
  }
  expect(size()).toBe(before + 1);
}

async function jobsFor(key: string): Promise<number> {
  const jobs = await on.queue.forBoard().getJobs(['waiting', 'active', 'delayed']);
  return jobs.filter(({ data }) => data.keys.includes(key)).length;
}

describe('a stream that is tailed', () => {
  it('is one that has changed twice within moments, and is read on without a job', async () => {
    const one = await worker();
    await add('busy', ['1-0']);
    await one.job(['busy']);
    expect(one.size()).toBe(0);
    await add('busy', ['2-0']);
    await one.job(['busy']);
    expect(one.size()).toBe(1);
    for (const id of ['3-0', '4-0', '5-0']) {
      await add('busy', [id]);
      await vi.waitFor(async () => expect(await ids('busy')).toContain(id), until);
    }
    await vi.waitFor(async () => expect((await on.under.state('busy')).position?.entryId).toBe('5-0'), until);
    const state = await on.under.state('busy');
    expect(state.counts).toMatchObject({ seen: 5, written: 5 });
    expect(addsUp(state)).toBe(true);
    expect(await jobsFor('busy')).toBe(0);
  });

  it('is tailed on when the next job finds nothing new', async () => {
    const one = await worker();
    await tail(one, 'on');
    await one.job(['on']);
    expect(one.size()).toBe(1);
    await add('on', ['3-0']);
    await vi.waitFor(async () => expect(await ids('on')).toEqual(['1-0', '2-0', '3-0']), until);
  });

  it('is let go once it is quiet, without a job', async () => {
    const one = await worker();
    await tail(one, 'quiet');
    await vi.waitFor(() => expect(one.size()).toBe(0), until);
    expect(await jobsFor('quiet')).toBe(0);
    const two = await worker();
    await two.job(['quiet']);
    expect(await on.under.redis.hkeys(`{${on.settings().prefix}}:claims`)).toEqual([]);
  });

  it('is left to a job when it is made anew meanwhile, which begins the next incarnation', async () => {
    const one = await worker();
    await tail(one, 'anew');
    await on.under.redis
      .multi()
      .del('anew')
      .xadd('anew', '7-0', 'v', 'new')
      .xadd('anew', '8-0', 'v', 'new')
      .exec();
    await vi.waitFor(async () => expect(await jobsFor('anew')).toBe(1), until);
    expect(await ids('anew')).toEqual(['1-0', '2-0']);
    await one.job(['anew']);
    expect(await ids('anew')).toEqual(['1-0', '2-0', '7-0', '8-0']);
    expect(await on.under.state('anew')).toMatchObject({ incarnation: 2, counts: { seen: 4, written: 4 } });
  });

  it('is left to jobs when there is more than a little, and nothing is skipped', async () => {
    const one = await worker();
    await tail(one, 'much');
    const pipeline = on.under.redis.pipeline();
    for (let i = 0; i < 7_000; i++) pipeline.xadd('much', `3-${i}`, 'v', 'x');
    await pipeline.exec();
    await vi.waitFor(async () => expect(await jobsFor('much')).toBe(1), until);
    expect(one.size()).toBe(0);
    await one.job(['much']);
    expect((await on.under.state('much')).counts).toMatchObject({ seen: 7_002, written: 7_002 });
  });

  it('is given up when it holds another type, and so are the others, to jobs', async () => {
    const one = await worker();
    await tail(one, 'retyped');
    await tail(one, 'beside');
    await on.under.redis.multi().del('retyped').sadd('retyped', 'm').exec();
    await add('beside', ['3-0']);
    await vi.waitFor(async () => expect(await jobsFor('retyped')).toBe(1), until);
    expect(await jobsFor('beside')).toBe(1);
    expect(on.errors.splice(0)).toMatchObject([{ code: 'KEY_TYPE_CHANGED' }]);
    await one.job(['beside']);
    expect(await ids('beside')).toEqual(['1-0', '2-0', '3-0']);
  });

  it('is not tailed once it is paused', async () => {
    const one = await worker();
    await tail(one, 'paused');
    expect(await markPaused(on.under.db, ['paused'], new Date())).toEqual(new Map([['paused', true]]));
    await one.job(['paused']);
    expect(one.size()).toBe(0);
    await add('paused', ['3-0']);
    await one.job(['paused']);
    expect(await ids('paused')).toEqual(['1-0', '2-0']);
  });

  it('is saved and left to jobs when the worker ends', async () => {
    const one = await worker();
    await tail(one, 'ending');
    await add('ending', ['3-0']);
    await vi.waitFor(async () => expect(await ids('ending')).toHaveLength(3), until);
    await one.tailer.close();
    expect((await on.under.state('ending')).position?.entryId).toBe('3-0');
    expect(await jobsFor('ending')).toBe(1);
    expect(await on.under.redis.hkeys(`{${on.settings().prefix}}:claims`)).toEqual([]);
  });

  it('is migrated with what was written since its position was saved', async () => {
    const one = await worker();
    await tail(one, 'moved');
    await add('moved', ['3-0']);
    await vi.waitFor(async () => expect(await ids('moved')).toHaveLength(3), until);
    const rules = ruleBook([{ pattern: 'moved', types: ['stream'], collection: 'moved_messages' }]);
    const slice = { entries: 1000, bytes: 1 << 20, ms: 10_000 };
    await migrateKey(await on.under.line({ rules }), on.under.db, 'moved', slice);
    await add('moved', ['4-0']);
    await vi.waitFor(() => expect(one.size()).toBe(0), until);
    await one.job(['moved']);
    expect(await on.under.db.collection('moved_messages').countDocuments()).toBe(4);
    // The tailer may still be at it.
    await vi.waitFor(async () => expect(await ids('moved')).toEqual([]), until);
  });

  it('whose poll fails is tried again by a job', async () => {
    let isBroken = false;
    const whole = await on.under.line();
    const one = await worker({
      sink: {
        ...whole.sink,
        write: async (...args) => {
          if (isBroken) throw new SyncError('MONGO_UNKNOWN', 'unknown', 'refused');
          return await whole.sink.write(...args);
        },
      },
    });
    await tail(one, 'failing');
    isBroken = true;
    await add('failing', ['3-0']);
    await vi.waitFor(() => expect(one.failed).toMatchObject([{ code: 'MONGO_UNKNOWN' }]), until);
    expect(one.size()).toBe(0);
    isBroken = false;
    await one.job(['failing']);
    expect(await ids('failing')).toEqual(['1-0', '2-0', '3-0']);
  });
});

it('a stream whose claim cannot be asked for is not written, and is free at once', async () => {
  const one = await worker({}, async () => {
    throw new Error('the queue is away');
  });
  await tail(one, 'unasked');
  await add('unasked', ['3-0']);
  await vi.waitFor(() => expect(one.size()).toBe(0), until);
  await vi.waitFor(
    async () => expect(await on.under.redis.hkeys(`{${on.settings().prefix}}:claims`)).toEqual([]),
    until,
  );
  expect(on.errors.splice(0)).toMatchObject([{ message: 'the queue is away' }]);
  expect(await ids('unasked')).toEqual(['1-0', '2-0']);
});

describe.each(['more', 'failed'])('a stream that is left to jobs (%s)', (how) => {
  it('is due, though no job for it can be added: the queue’s Redis was just lost', async () => {
    const key = `lost ${how}`;
    const whole = await on.under.line();
    let isBroken = false;
    const write: Line['sink']['write'] = async (...args) => {
      if (isBroken) throw new SyncError('MONGO_UNKNOWN', 'unknown', 'refused');
      return await whole.sink.write(...args);
    };
    const queue = new JobQueue(on.settings(), () => {});
    const one = await worker({ sink: { ...whole.sink, write } }, undefined, queue);
    await tail(one, key);
    queue.leave();
    isBroken = how === 'failed';
    await add(key, ['3-0']);
    if (how === 'failed') await vi.waitFor(() => expect(one.failed).toHaveLength(1), until);
    await one.tailer.close();
    expect(await on.queue.due.overdue(0, 10)).toContain(key);
    expect(on.errors.splice(0)).not.toEqual([]);
    isBroken = false;
    await one.job([key]);
    expect(await ids(key)).toEqual(['1-0', '2-0', '3-0']);
    await queue.close();
  });
});

describe('a job that begins with a stream which another worker tails', () => {
  it('takes it over: the other one writes nothing of it any more, and nothing is counted twice', async () => {
    const one = await worker();
    const two = await worker();
    await tail(one, 'shared');
    await two.job(['shared']);
    expect([one.size(), two.size()]).toEqual([1, 1]);
    const pollsBefore = one.polls.length;
    await add('shared', ['3-0', '4-0']);
    await vi.waitFor(async () => expect(await ids('shared')).toEqual(['1-0', '2-0', '3-0', '4-0']), until);
    await vi.waitFor(() => expect(one.size()).toBe(0), until);
    expect(one.polls.slice(pollsBefore).length).toBeLessThanOrEqual(1);
    await two.tailer.close();
    expect((await on.under.state('shared')).counts).toMatchObject({ seen: 4, written: 4, alreadyThere: 0 });
  });

  it('finds written what the other one has not saved, wherever that is stopped', async () => {
    const one = await worker();
    await tail(one, 'unsaved');
    await add('unsaved', ['3-0']);
    await vi.waitFor(async () => expect(await ids('unsaved')).toHaveLength(3), until);
    const two = await worker();
    await two.job(['unsaved']);
    await one.tailer.close();
    await two.tailer.close();
    const state = await on.under.state('unsaved');
    expect(state.position?.entryId).toBe('3-0');
    expect(state.counts.seen).toBe(3);
    expect(addsUp(state)).toBe(true);
    expect(await ids('unsaved')).toEqual(['1-0', '2-0', '3-0']);
  });

  it('sees in its own process all that was written, saved', async () => {
    const one = await worker();
    await tail(one, 'own');
    for (let n = 3; n < 40; n++) {
      await add('own', [`${n}-0`]);
      if (n % 3 === 0) await one.job(['own']);
    }
    await one.job(['own']);
    const { counts } = await on.under.state('own');
    expect(counts).toMatchObject({ seen: 39, written: 39, alreadyThere: 0 });
  });
});

/** Removes all that MongoDB has of a stream but its entries of the present incarnation from an id on. */
async function loseAllBut(key: string, entryId: string): Promise<void> {
  const { db } = on.under;
  await db.collection('keys').deleteOne({ _id: key as never });
  await db.collection('stream_messages').deleteMany({ stream: key, entryId: { $ne: entryId } });
}

describe('a stream in its second incarnation', () => {
  it.each(['its worker', 'another worker'])(
    'that is tailed while MongoDB loses all but its last entry goes on in it: read by %s',
    async (whose) => {
      const key = `lost, ${whose}`;
      const one = await worker();
      await tail(one, key);
      // The second incarnation, tailed.
      await on.under.redis.del(key);
      await one.job([key]);
      await tail(one, key);
      await add(key, ['3-0']);
      await vi.waitFor(async () => expect(await ids(key)).toHaveLength(5), until);
      await loseAllBut(key, '3-0');
      const reader = whose === 'its worker' ? one : await worker();
      await vi.waitFor(async () => {
        await reader.job([key]);
        expect(await on.under.state(key)).toMatchObject({ position: { entryId: '3-0' } });
      }, until);
      const messages = await on.under.messages(key);
      expect(messages.map(({ _id }) => /@(.*):/.exec(_id)?.[1])).toEqual(['a2', 'a2', 'a2']);
    },
  );

  it('is left to a job when the tailer’s save finds no state: the job goes on in it, too', async () => {
    const one = await worker();
    await tail(one, 'save refused');
    await on.under.redis.del('save refused');
    await one.job(['save refused']);
    await tail(one, 'save refused');
    const left = vi.waitFor(() => expect(one.size()).toBe(0), until);
    await add('save refused', ['3-0']);
    await vi.waitFor(async () => expect(await ids('save refused')).toHaveLength(5), until);
    await loseAllBut('save refused', '3-0');
    await left;
    const two = await worker();
    await vi.waitFor(async () => {
      await two.job(['save refused']);
      expect(await on.under.state('save refused')).toMatchObject({ position: { entryId: '3-0' } });
    }, until);
    expect(await ids('save refused')).toEqual(['1-0', '2-0', '3-0']);
  });
});
