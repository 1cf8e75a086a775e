import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { mongoSink } from '@redis-to-mongo/mongo-sink';
import type { Sink } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { testMongoUri, testSinkOptions } from '@redis-to-mongo/test-kit';
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdoptReport, adoptOldEngine, emptyReport } from '../src/index.js';

const STRINGS = 1_200;
const STREAMS = 700;

let namespace: FreshNamespace;
let redis: ReturnType<typeof connectRedis>;
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  namespace = await freshNamespace({ mongoUri: testMongoUri() });
  redis = connectRedis(addressOfUrl(namespace.redis.url), () => {});
  client = new MongoClient(namespace.mongoUri, { monitorCommands: true });
  db = client.db(namespace.mongoDbName);
});
afterAll(async () => {
  await client.close();
  redis.disconnect();
  await namespace.close();
});

const documents = (name: string) => db.collection<{ _id: string } & Document>(name);

beforeEach(async () => {
  await db.dropDatabase();
  await documents('string_acc').insertMany(
    Array.from({ length: STRINGS }, (_, i) => ({
      ...{ _id: `s${String(i).padStart(5, '0')}`, key: `name:${i}`, active_now: true, value: `${i}` },
    })),
  );
  await db
    .collection('stream_acc')
    .insertMany(
      Array.from({ length: STREAMS }, (_, i) => ({ key: `stream:${i}`, last_redis_read_id: '5-0' })),
    );
});

/** A sink that dies once it has written this many pages of values, before their keys are known. */
function dyingSink(pages: number): Sink {
  const sink = mongoSink(db, testSinkOptions());
  let page = 0;
  const replace: Sink['many']['replace'] = async (replacements) => {
    const outcomes = await sink.many.replace(replacements);
    if (++page > pages) throw new Error('died');
    return outcomes;
  };
  return { ...sink, many: { ...sink.many, replace } };
}

async function adopt(report: AdoptReport, sink: Sink = mongoSink(db, testSinkOptions())) {
  const line = { separator: ':info:', now: () => new Date() };
  await adoptOldEngine({ db, oldDb: db, redis, line, wanted: () => true, sink }, report);
  return report;
}

function expectToAddUp({ lines }: AdoptReport): void {
  for (const { from, found, taken, alreadyThere, left } of lines)
    expect(found, from).toBe(taken + alreadyThere + Object.values(left).reduce((a, b) => a + b, 0));
}

const lineOf = (report: AdoptReport, name: string) => report.lines.find(({ from }) => from === name);

test('a run that died between the values and their keys adds up, and the next run takes the rest', async () => {
  const died = emptyReport();
  await expect(adopt(died, dyingSink(1))).rejects.toThrow('died');
  expectToAddUp(died);
  expect(lineOf(died, 'string_acc')).toMatchObject({ found: 500, taken: 500 });
  expect(await documents('strings').countDocuments()).toBe(1_000);
  expect(await documents('keys').countDocuments({ keyType: 'string' })).toBe(500);

  const next = await adopt(emptyReport());
  expectToAddUp(next);
  expect(lineOf(next, 'string_acc')).toMatchObject({
    found: STRINGS,
    taken: 700,
    alreadyThere: 500,
    left: {},
  });
  expect(await documents('strings').countDocuments({ active: true })).toBe(STRINGS);
  expect(await documents('strings').findOne({ _id: 'name:777' })).toMatchObject({ value: '777' });
  expect(await documents('keys').findOne({ _id: 'name:777' })).toMatchObject({
    ...{ keyType: 'string', status: 'active', adopted: { generation: 'acc' } },
  });
});

test('keys share commands', async () => {
  const commands = new Map<string, number>();
  const count = ({ commandName }: { readonly commandName: string }) =>
    commands.set(commandName, (commands.get(commandName) ?? 0) + 1);
  client.on('commandStarted', count);
  const report = await adopt(emptyReport()).finally(() => client.off('commandStarted', count));
  expectToAddUp(report);
  expect(lineOf(report, 'streams')).toMatchObject({ found: STREAMS, taken: STREAMS });
  expect(lineOf(report, 'string_acc')).toMatchObject({ found: STRINGS, taken: STRINGS });
  expect(await documents('keys').countDocuments()).toBe(STREAMS + STRINGS);
  const all = [...commands.values()].reduce((a, b) => a + b, 0);
  expect(all, JSON.stringify([...commands])).toBeLessThan(60);
});
