import { loadConfig } from '@redis-to-mongo/config';
import { ruleBook } from '@redis-to-mongo/key-types';
import { openLine } from '@redis-to-mongo/operations';
import { verifyMirror } from '@redis-to-mongo/verify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

it('a stream made anew with the same ids and the same last entry: repair keeps what the first incarnation had', async () => {
  const { redis, db } = cli;
  await redis.xadd('orders', '1-0', 'v', 'first');
  await redis.xadd('orders', '5-0', 'v', 'the same');
  await cli.run('once');
  await redis.del('orders');
  await redis.xadd('orders', '1-0', 'v', 'second');
  await redis.xadd('orders', '5-0', 'v', 'the same');
  expect(await cli.run('verify', '--settle', '0')).toMatchObject({ code: 1 });
  expect(await cli.run('verify', '--settle', '0', '--repair')).toMatchObject({ code: 0 });
  const collection = db.collection<{ _id: string; content: { v: string } }>('stream_messages');
  const messages = await collection.find().sort({ _id: 1 }).toArray();
  expect(messages.map(({ _id, content }) => [_id, content.v])).toEqual([
    ['orders@a1:a1-a0', 'first'],
    ['orders@a1:a5-a0', 'the same'],
    ['orders@a2:a1-a0', 'second'],
    ['orders@a2:a5-a0', 'the same'],
  ]);
});

it('a stream made anew during its repair: its entries are not written into the incarnation before', async () => {
  const { redis, db } = cli;
  await redis.xadd('visits', '1-0', 'v', 'first');
  await redis.xadd('visits', '2-0', 'v', 'first');
  await cli.run('once');
  const messages = db.collection<{ _id: string; content: { v: string } }>('stream_messages');
  await messages.deleteOne({ _id: 'visits@a1:a2-a0' });
  const { line, slice } = await openLine(loadConfig({ env: cli.env, argv: [], cwd: '/' }), db, redis);
  const makeAnew = async () => {
    await redis.del('visits');
    await redis.xadd('visits', '1-0', 'v', 'second');
    await redis.xadd('visits', '7-0', 'v', 'second');
  };
  const newest = vi.spyOn(redis, 'xrevrangeBuffer');
  const { findings } = await verifyMirror(
    { redis, db },
    {
      ...{ wanted: (key) => key === 'visits', types: ['stream'], rules: ruleBook([]), settleMs: 0 },
      // The first reading after this is that of the repair.
      repairWith: async () => {
        const read = redis.xrevrangeBuffer.bind(redis);
        newest.mockImplementationOnce(async (...args: Parameters<typeof read>) => {
          await makeAnew();
          newest.mockRestore();
          return await redis.xrevrangeBuffer(...args);
        });
        return { line, slice, request: async () => {} };
      },
    },
  );
  await cli.run('once', 'visits');
  const found = await messages.find({ stream: 'visits' }).sort({ _id: 1 }).toArray();
  expect(found.map(({ _id, content }) => [_id, content.v])).toEqual([
    ['visits@a1:a1-a0', 'first'],
    ['visits@a2:a1-a0', 'second'],
    ['visits@a2:a7-a0', 'second'],
  ]);
  expect(findings).toMatchObject([{ key: 'visits' }]);
});
