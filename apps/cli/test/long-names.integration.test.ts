import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

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
  expect((await cli.run('verify')).stdout).toMatch(/keys compared: all equal/);
  expect((await cli.run('plan')).stdout).toMatch(/name above 1 MiB/);
});
