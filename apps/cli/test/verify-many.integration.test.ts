import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import { verifyMirror } from '@redis-to-mongo/verify';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

const EACH = 300;
let cli: CliUnderTest;
let watched: MongoClient;
let commands = 0;

beforeAll(async () => {
  cli = await cliUnderTest();
  const pipeline = cli.redis.pipeline();
  for (let i = 0; i < EACH; i++) {
    pipeline.xadd(`stream:${i}`, '1-0', 'n', `${i}`).xadd(`stream:${i}`, '2-0', 'n', `${i}`);
    pipeline.hset(`hash:${i}`, 'n', `${i}`).set(`string:${i}`, `${i}`);
  }
  await pipeline.exec();
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  watched = new MongoClient(cli.namespace.mongoUri, { monitorCommands: true });
  watched.on('commandStarted', () => {
    commands++;
  });
});
afterAll(async () => {
  await watched.close();
  await cli.close();
});

/** Compares all keys, and counts the commands that this sends. */
async function verified() {
  const asked = async () => {
    const stats = await cli.redis.info('commandstats');
    return [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };
  const before = await asked();
  commands = 0;
  const { keys, findings } = await verifyMirror(
    { redis: cli.redis, db: watched.db(cli.namespace.mongoDbName) },
    { wanted: (key) => !key.startsWith('{r2m}'), types: KEY_TYPES, rules: ruleBook([]), settleMs: 0 },
  );
  return { keys, findings, toMongo: commands / keys, toRedis: ((await asked()) - before) / keys };
}

test('small values and short streams that are equal cost few commands on either side', async () => {
  const { keys, findings, toMongo, toRedis } = await verified();
  expect(findings).toEqual([]);
  expect(keys).toBe(3 * EACH);
  expect(toMongo).toBeLessThan(0.1);
  // One script reads a hundred values; each stream takes XRANGE and PEXPIRETIME. INFO counts what scripts call.
  expect(toRedis).toBeLessThan(6);
});

test('the few that differ are found among many, each with its problem', async () => {
  const of = (name: string) => cli.db.collection<{ _id: string }>(name);
  await of('stream_messages').deleteOne({ _id: 'stream:7@a1:a2-a0' });
  await of('stream_messages').updateOne({ _id: 'stream:8@a1:a1-a0' }, { $set: { content: { n: 'other' } } });
  await of('hashes').updateOne({ _id: 'hash:9' }, { $set: { size: 2 } });
  await of('strings').deleteOne({ _id: 'string:10' });
  await cli.redis.pexpire('stream:11', 1e9);
  const { findings, toMongo } = await verified();
  expect(findings.map(({ key, problems }) => [key, ...problems])).toEqual([
    ['hash:9', 'its size is 1, not 2'],
    ['stream:11', 'its expiry time is missing'],
    ['stream:7', '2-0 is missing'],
    ['stream:8', '1-0 has other fields'],
    ['string:10', 'no value in MongoDB'],
  ]);
  expect(toMongo).toBeLessThan(0.2);
});

test('a stream that Redis has trimmed since, and one that was created again, need no look of their own', async () => {
  expect(await cli.run('verify', '--repair', '--settle', '0')).toMatchObject({ code: 0 });
  for (let i = 0; i < EACH / 2; i++) await cli.redis.xtrim(`stream:${i}`, 'MAXLEN', 1);
  for (let i = EACH / 2; i < EACH; i++) {
    await cli.redis.del(`stream:${i}`);
    await cli.redis.xadd(`stream:${i}`, '1-0', 'n', 'again');
  }
  expect(await cli.run('once')).toMatchObject({ code: 0 });
  const { findings, toMongo } = await verified();
  expect(findings).toEqual([]);
  expect(toMongo).toBeLessThan(0.1);
});
