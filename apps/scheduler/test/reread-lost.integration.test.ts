import { Claims } from '@redis-to-mongo/job-queue';
import { keysSyncedSince, mongoSink } from '@redis-to-mongo/mongo-sink';
import { firstState } from '@redis-to-mongo/pipeline';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { fleetForTests, testSinkOptions, until } from '@redis-to-mongo/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PAGE, rereadLost } from '../src/reread-lost.js';

const fleet = fleetForTests();
let claims: Claims;
beforeEach(() => {
  const redis = addressOfUrl(fleet.queueServer.url);
  claims = new Claims({ redis, prefix: 'r2m', deadAfterMs: 60_000 }, () => {});
});
afterEach(async () => {
  await claims.close();
});

const reread = (since = Date.now() + 60_000, goesOn = () => true) =>
  rereadLost({
    ...{ db: fleet.db, queue: fleet.queue, goesOn },
    suspects: keysSyncedSince(fleet.db, new Date(since), PAGE),
  });
const sink = () => mongoSink(fleet.db, testSinkOptions());
const stateOf = (key: string) => {
  const first = firstState(key, { stream: key, type: 'main' }, 'stream', new Date());
  return { before: first, next: { ...first, revision: 1, position: { entryId: '5-0' } } };
};

async function claimed(key: string) {
  const { granted } = await claims.claim([key]);
  const [claim] = granted;
  if (!claim) throw new Error(`${key} is not granted`);
  return claim;
}

describe('when a target was set back', () => {
  it('a save of a state that was loaded before fails', async () => {
    const { before, next } = stateOf('key');
    await sink().save(before, next);
    const loaded = await sink().load('key');
    if (!loaded) throw new Error('it was saved');
    expect(await reread(next.lastSyncedAt.getTime())).toBe(1);
    await expect(sink().save(loaded, { ...loaded, revision: loaded.revision + 1 })).rejects.toMatchObject({
      code: 'POSITION_MOVED',
    });
    expect(await sink().load('key')).toMatchObject({ position: null, incarnation: 1 });
  });

  it('keys that were synced long before, and that nobody works on, stay as they are', async () => {
    const { before, next } = stateOf('key');
    await sink().save(before, next);
    expect(await reread()).toBe(0);
    expect(await sink().load('key')).toMatchObject({ position: next.position, revision: 1 });
  });

  it('keys that a run works on or a worker tails are read again, however long ago they were saved', async () => {
    for (const key of ['run', 'tailed']) {
      const { before, next } = stateOf(key);
      await sink().save(before, next);
    }
    await claimed('run');
    expect(await claims.end(await claimed('tailed'), 'retain')).toBe('retained');
    expect(await reread()).toBe(2);
    expect(await sink().load('run')).toMatchObject({ position: null });
    expect(await sink().load('tailed')).toMatchObject({ position: null });
  });

  it('a run that has yet to save the first state of its key is waited for', async () => {
    const claim = await claimed('first');
    const { before, next } = stateOf('first');
    let isDone = false;
    const done = reread().finally(() => {
      isDone = true;
    });
    // It has found no document, and requests the key before it waits.
    await until(async () => expect(await fleet.queue.dueCount()).toBe(1));
    expect(await fleet.queue.due.runsUnderWay()).toHaveProperty('size', 1);
    await sink().save(before, next);
    expect(isDone).toBe(false);
    await claims.end(claim, 'done');
    expect(await done).toBe(1);
    expect(await sink().load('first')).toMatchObject({ position: null });
  });

  it('a stream that is tailed, and whose document is gone, is requested: its next run ends that', async () => {
    const { queue } = fleet;
    expect(await claims.end(await claimed('tailed'), 'retain')).toBe('retained');
    const done = reread();
    await until(async () => expect(await queue.depth()).toMatchObject({ waiting: 1 }));
    const claim = await claimed('tailed');
    expect(claim.wasRetained).toBe(true);
    expect(await done).toBe(0);
  });

  it('waiting ends when the scheduler does', async () => {
    await claimed('first');
    expect(await reread(Date.now(), () => false)).toBeUndefined();
  });
});
