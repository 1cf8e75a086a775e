import { Buffer } from 'node:buffer';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

const LEFT_OUT = '3 keys can’t be mirrored: 3 name above 1 MiB';

test('keys with names too long for MongoDB are counted and left alone; all others arrive', async () => {
  for (let i = 0; i < 30; i++) await cli.redis.set(`key ${i}`, 'v');
  await cli.redis.set(Buffer.alloc(17_000_000, 'a'), 'v');
  await cli.redis.set(Buffer.alloc(3_000_000, Buffer.from([0xff, 0x00])), 'v');
  await cli.redis.xadd(Buffer.alloc(2_000_000, 'b'), '1-0', 'v', 'x');
  await cli.redis.xadd(Buffer.alloc(900_000, 'c'), '1-0', 'v', 'x');
  const { code, stdout } = await cli.run('once');
  expect(code).toBe(0);
  expect(stdout).toContain('34 keys: 31 synced, 3 unsupported');
  expect(await cli.db.collection('keys').countDocuments()).toBe(31);
  expect(await cli.db.collection('stream_messages').countDocuments()).toBe(1);
  expect(await cli.run('verify')).toMatchObject({
    code: 0,
    stdout: `31 keys compared: all equal\n${LEFT_OUT}; they were not compared\n`,
  });
  expect(await cli.json('verify')).toMatchObject({ leftOut: { 'name above 1 MiB': 3 } });
  expect((await cli.run('plan')).stdout).toMatch(/name above 1 MiB/);
});

test('status tells what the last sweep could not mirror', async () => {
  const queue = new JobQueue({ redis: addressOfUrl(cli.namespace.redis.url), prefix: 'r2m' }, () => {});
  try {
    const leftOut = { 'name above 1 MiB': 2, bloom: 5 };
    expect(await queue.sweeps.end(await queue.sweeps.begin('*', ''), leftOut)).toBe(true);
    const { stdout } = await cli.run('status');
    expect(stdout).toMatch(/^left out +7 keys can’t be mirrored: 5 bloom, 2 name above 1 MiB$/m);
    expect(await cli.json('status')).toMatchObject({ queue: { leftOut } });
    expect(await queue.sweeps.end(await queue.sweeps.begin('*', ''))).toBe(true);
    expect((await cli.run('status')).stdout).not.toMatch(/left out/);
  } finally {
    await queue.close();
  }
});
