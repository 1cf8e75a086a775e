import { JobQueue } from '@redis-to-mongo/job-queue';
import { type MongoServer, type RedisServer, startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { type AppProcess, appEnv, prints, startWorker, until } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

let redisServer: RedisServer;
let redis: ReturnType<typeof connectRedis>;
let queue: JobQueue;
let mongo: MongoServer;
let admin: MongoHandle;
let client: MongoHandle;
let worker: AppProcess;
let tests = 0;

beforeAll(async () => {
  redisServer = await startRedis();
  const address = addressOfUrl(redisServer.url);
  redis = connectRedis(address, () => {});
  queue = new JobQueue({ redis: address, prefix: 'r2m' }, () => {});
  mongo = await startMongo({ args: ['--enable-test-commands'] });
  admin = connectMongo({ uri: mongo.uri, dbName: 'admin', tls: NO_TLS }, 'test');
});
beforeEach(async () => {
  const mongoDbName = `failing_${tests++}`;
  client = connectMongo({ uri: mongo.uri, dbName: mongoDbName, tls: NO_TLS }, 'test');
  worker = startWorker(appEnv({ redis: redisServer, mongoUri: mongo.uri, mongoDbName }));
  await redis.xadd('stream', '1-0', 'n', '1');
  await redis.set('string', '1');
  await queue.schedulers.set(['stream', 'string'], 500);
  await isMirrored(1);
});
afterEach(async () => {
  await failing([]);
  await worker.stop();
  await redis.flushall();
  await client.close();
});
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await redisServer.stop();
  await admin.close();
  await mongo.stop();
});

async function failing(failCommands: readonly string[], errorCode = 0): Promise<void> {
  const on = { mode: 'alwaysOn', data: { failCommands, errorCode } };
  await admin.db.command({
    configureFailPoint: 'failCommand',
    ...(failCommands.length > 0 ? on : { mode: 'off' }),
  });
}

const documentIn = async (collection: string, _id: string) =>
  await client.db.collection<{ _id: string }>(collection).findOne({ _id });

async function isMirrored(n: number): Promise<void> {
  await until(async () => {
    expect(await documentIn('keys', 'stream')).toMatchObject({
      counts: { seen: n, dead: 0 },
      lastError: null,
    });
    expect(await documentIn('strings', 'string')).toMatchObject({ value: String(n) });
  });
}

it('work that is refused in part is named once, and on its key; the rest goes on, and so does it once it is fixed', async () => {
  await failing(['insert'], 13); // of new entries; a value that is there already is updated
  await redis.xadd('stream', '2-0', 'n', '2');
  await prints(worker, /paused until the configuration is fixed.*readWrite/);
  await prints(worker, /some keys are still refused; the others continue.*stream/);
  for (const value of ['a', 'b', 'c', 'd', '2']) {
    await redis.set('string', value);
    await until(async () => expect(await documentIn('strings', 'string')).toMatchObject({ value }));
  }
  const lastError = { code: 'MONGO_PRIVILEGE' };
  await until(async () => expect(await documentIn('keys', 'stream')).toMatchObject({ lastError }));
  expect(worker.output()).not.toContain('continuing');
  await failing([]);
  await isMirrored(2);
  await prints(worker, /continuing: source, queue and target answer again/);
  expect(worker.output().match(/paused until|still refused|continuing/g)).toHaveLength(3);
});

it('a worker that retries says what, and since when, until it is done', async () => {
  const retrying = async () => (await queue.facts()).processes.map((each) => each.retrying);
  await failing(['insert'], 189);
  await redis.xadd('stream', '2-0', 'n', '2');
  await until(async () => {
    const [told] = await retrying();
    expect(told).toMatchObject({ code: 'MONGO_NOT_PRIMARY', message: 'MongoDB: the primary stepped down' });
    expect(told?.forMs).toBeGreaterThan(4_000);
  });
  await redis.set('string', '2'); // what is done beside it changes nothing about it
  await until(async () => expect(await documentIn('strings', 'string')).toMatchObject({ value: '2' }));
  expect((await retrying())[0]?.forMs).toBeGreaterThan(4_000);
  await failing([]);
  await isMirrored(2);
  await until(async () => expect(await retrying()).toEqual([undefined]));
});

it('codes of a server that is away for a moment are retried, whatever command meets them, and make no dead letter', async () => {
  const met = [
    [91, 'find'],
    [189, 'update'],
    [50, 'find'],
    [50, 'update'],
    [10107, 'find'],
    [11600, 'update'],
    [13435, 'find'],
  ] as const;
  for (const [i, [code, command]] of met.entries()) {
    const n = i + 2;
    const retries = () => worker.output().match(/"MongoDB: retrying"/g)?.length ?? 0;
    const before = retries();
    await failing([command], code);
    await redis.xadd('stream', `${n}-0`, 'n', String(n));
    await redis.set('string', String(n));
    await until(async () => expect(retries(), `code ${code} of ${command}`).toBeGreaterThan(before));
    await failing([]);
    await isMirrored(n);
  }
  expect(await client.db.collection('dead_letters').countDocuments()).toBe(0);
  expect(worker.output()).not.toMatch(/paused until|a job failed|MONGO_UNKNOWN/);
});
