import { afterAll, beforeAll, expect, it } from 'vitest';
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
