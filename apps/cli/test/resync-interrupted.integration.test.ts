import { JobQueue } from '@redis-to-mongo/job-queue';
import { restartKey } from '@redis-to-mongo/operations';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { lineUnderTest } from '@redis-to-mongo/test-kit';
import { expect, test } from 'vitest';
import { cliUnderTest } from './cli-under-test.js';

test('the fleet is asked for a value before it is emptied, and for every key when its next incarnation has begun', async () => {
  const under = await lineUnderTest();
  try {
    await under.redis.sadd('tags', 'blue');
    await under.add('orders', 1, 3);
    await under.sync('tags');
    await under.sync('orders');
    const line = await under.line();
    const values = under.db.collection<{ _id: string; active: boolean }>('sets');
    const seen: unknown[] = [];
    const look = async (key: string) => {
      const { incarnation, position } = (await under.state(key)) ?? {};
      seen.push([key, incarnation, position, (await values.findOne({ _id: 'tags' }))?.active]);
    };
    await restartKey(line, under.db, 'tags', look);
    await restartKey(line, under.db, 'orders', look);
    expect(seen).toEqual([
      ['tags', 1, null, true],
      ['tags', 2, null, false],
      ['orders', 2, null, false],
    ]);
  } finally {
    await under.close();
  }
});

test('resync --here asks the fleet, too, where there is one', async () => {
  const cli = await cliUnderTest();
  const config = {
    redis: addressOfUrl(cli.namespace.redis.url),
    prefix: 'r2m',
  };
  const queue = new JobQueue(config, () => {});
  try {
    await cli.redis.set('counter', '7');
    await cli.run('once', 'counter');
    expect(await cli.run('resync', 'counter', '--yes', '--here')).toMatchObject({ code: 0 });
    expect(await queue.dueCount()).toBe(0);
    await queue.beat('a worker', { app: 'worker', state: 'active' });
    expect(await cli.run('resync', 'counter', '--yes', '--here')).toMatchObject({ code: 0 });
    expect(await queue.dueCount()).toBe(1);
  } finally {
    await queue.close();
    await cli.close();
  }
});
