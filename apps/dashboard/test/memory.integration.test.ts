import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import {
  connectMongo,
  KeyPages,
  type MongoHandle,
  prepareDatabase,
  readStatus,
} from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KeyList } from '../src/keys/key-list.js';
import { parseKeyQuery } from '../src/keys/key-query.js';
import { FleetPoller } from '../src/status/fleet-poller.js';
import { isReadable } from '../src/status/status-report.js';
import { someFacts } from './a-report.js';

const FEW = 1_000;
const MANY = 20_000;
const MB = 1024 * 1024;
/** A copy of the keys would take 6 MB. */
const MOST_MORE = 3 * MB;

let space: FreshNamespace;
let mongo: MongoHandle;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
  mongo = connectMongo({ uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS }, 'test of memory');
  await prepareDatabase(mongo.db);
});
afterAll(async () => {
  await mongo.close();
  await space.close();
});

async function insert(from: number, to: number): Promise<void> {
  const keys = mongo.db.collection<{ _id: string }>('keys');
  for (let start = from; start < to; start += 2_000)
    await keys.insertMany(
      Array.from({ length: Math.min(2_000, to - start) }, (_none, i) => aKey(start + i)),
      { ordered: false },
    );
}

function aKey(i: number) {
  const at = new Date(1_700_000_000_000 + i);
  return {
    _id: `memory:${String(i).padStart(7, '0')}:and some more of a name`,
    keyType: i % 2 ? 'hash' : 'stream',
    stream: `memory:${i}`,
    type: 'main',
    status: 'active',
    incarnation: 1,
    revision: 1,
    lag: i % 500 === 3 ? i : 0,
    counts: { seen: i, written: i, alreadyThere: 0, dead: 0, gap: 0 },
    firstSyncedAt: at,
    lastSyncedAt: at,
    lastChangedAt: at,
    lastError: null,
    pausedAt: null,
  };
}

/** Bytes of the heap that are in use, after a dashboard has shown its lists and sums, and still holds what it holds. */
async function heapOf(expected: number): Promise<number> {
  const poller = new FleetPoller({
    readFacts: async () => someFacts(),
    readSums: () => readStatus(mongo.db),
    onError: () => undefined,
  });
  const pages = new KeyPages(mongo.db, async () => ({
    total: expected,
    keys: Array.from({ length: Math.min(4_096, expected / 10) }, (_none, i) => ({
      key: aKey(i * 10)._id,
      keyType: 'hash',
    })),
  }));
  const list = new KeyList({
    readPage: pages.readPage,
    countKeys: pages.countKeys,
    estimateKeys: pages.estimateKeys,
    nextRuns: async (keys) => keys.map(() => null),
  });
  const patience = { timeout: 200_000, interval: 200 };
  for (const query of ['', 'q=memory:0000', 'status=behind'])
    await vi.waitFor(async () => {
      const page = await list.page(parseKeyQuery(new URLSearchParams(query)));
      expect(page.problem).toBeUndefined();
      expect(page.rows.length).toBeGreaterThan(0);
    }, patience);
  await vi.waitFor(async () => {
    const { fleet } = await poller.report();
    expect(isReadable(fleet) && fleet.types.reduce((sum, { keys }) => sum + keys, 0)).toBe(expected);
  }, patience);
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  collectGarbage();
  collectGarbage();
  const { heapUsed } = process.memoryUsage();
  // Both are alive until here.
  poller.close();
  expect((await list.page(parseKeyQuery(new URLSearchParams()))).rows).toHaveLength(50);
  return heapUsed;
}

test('what the dashboard holds does not grow with the number of keys', { timeout: 500_000 }, async () => {
  await insert(0, FEW);
  await heapOf(FEW); // what is made once, such as connections, is there from now on
  const few = await heapOf(FEW);
  await insert(FEW, MANY);
  const many = await heapOf(MANY);
  expect(many - few, `${few} and ${many} bytes`).toBeLessThan(MOST_MORE);
});
