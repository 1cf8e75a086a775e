import { readFileSync } from 'node:fs';
import { queueCalls, queueWrites } from '@redis-to-mongo/job-queue';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missingCommands, missingQueueCommands } from '../src/doctor/missing-commands.js';

let server: RedisServer;
let admin: ReturnType<typeof connectRedis>;
const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

beforeAll(async () => {
  server = await startRedis();
  admin = connectRedis(addressOfUrl(server.url), () => {});
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** Connects as a user with the documented rule, and changes its privileges. */
async function asUser(name: string) {
  const rule = new RegExp(`^ACL SETUSER ${name} (.*)$`, 'm').exec(page)?.[1] ?? '';
  await admin.call('ACL', 'SETUSER', name, 'reset', ...rule.split(' '));
  const url = server.url.replace('redis://', `redis://${name}:password@`);
  const redis = connectRedis(addressOfUrl(url), () => {}, { enableAutoPipelining: true });
  const change = async (word: string) => await admin.call('ACL', 'SETUSER', name, word);
  return { redis, change, words: rule.split(' ') };
}

test('of the queue’s user, each command that BullMQ and the fleet run is named if it is the one that is missing', async () => {
  const { redis, change } = await asUser('queue');
  const missing = async () => await missingQueueCommands(redis, '{r2m}:');
  expect(await missing()).toEqual([]);
  for (const [name] of [...queueWrites('k'), ...queueCalls('k')]) {
    await change(`-${name}`);
    expect(await missing()).toEqual([name]);
    await change(`+${name}`);
  }
  for (const name of ['MULTI', 'EXEC', 'DISCARD']) {
    await change(`-${name}`);
    expect(await missing()).toEqual([name]);
    await change(`+${name}`);
  }
  expect(await admin.keys('*')).toEqual([]);
  redis.disconnect();
});

test('of the source’s user, each command of the documented ACL is named if it is missing', async () => {
  const { redis, change, words } = await asUser('mirror');
  const missing = async () => {
    const { needed, helpful } = await missingCommands(
      redis,
      ['stream', 'set', 'zset', 'hash', 'list', 'string'],
      false,
    );
    return [...needed, ...helpful];
  };
  await admin.call('ACL', 'LOG', 'RESET');
  expect(await missing()).toEqual([]);
  expect(await admin.call('ACL', 'LOG')).toEqual([]);
  const commands = words.filter((word) => word.startsWith('+')).map((word) => word.slice(1));
  const unnamed: string[] = [];
  for (const command of commands) {
    await change(`-${command}`);
    if (!(await missing()).includes(command.toUpperCase().replace('|', ' '))) unnamed.push(command);
    await change(`+${command}`);
  }
  // Without these, doctor itself can't connect, or says so by the change feed and the server's version.
  expect(unnamed).toEqual(['ping', 'info', 'select', 'client|id', 'client|tracking', 'subscribe']);
  redis.disconnect();
});
