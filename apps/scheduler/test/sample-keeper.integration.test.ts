import { judge } from '@redis-to-mongo/fleet-status';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import {
  connectMongo,
  type MongoHandle,
  prepareDatabase,
  readHistory,
  readKeyHistory,
  watchKey,
} from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleKeeper } from '../src/sample-keeper.js';

/** Five seconds past a minute. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000 + 5_000;
const DAY_MS = 86_400_000;
let space: FreshNamespace;
let mongo: MongoHandle;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
  mongo = connectMongo({ uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS }, 'test');
  await prepareDatabase(mongo.db);
  const counts = { seen: 120, gap: 1, dead: 2 };
  await mongo.db
    .collection<{ _id: string }>('keys')
    .insertMany(['behind', 'watched', 'other'].map((_id) => ({ _id, lag: 7, counts })));
});
afterAll(async () => {
  await mongo.close();
  await space.close();
});

/** A reading in which one key is behind. */
function factsAt(at: number, lag = 7): Parameters<ReturnType<typeof sampleKeeper>>[0] {
  return {
    at,
    queue: {
      is: {
        ...{ waiting: 0, active: 0, delayed: 0, failed: 0, due: 1, dueMs: 0, untriedMs: 0, schedulers: 1 },
        ...{
          isPaused: false,
          waitingMs: 0,
          usualMs: 0,
          sweepPending: '',
          isCatchingUp: false,
          isEvicting: false,
          isLeased: true,
        },
        processes: [{ app: 'worker', state: 'active' }],
      },
    },
    mirror: {
      is: {
        ...{ hasKeys: true, activeScheduled: 1, failing: 0, forecasts: [] },
        lag: { entries: lag, ms: 0, keys: 1, worst: [{ key: 'behind', entries: lag }] },
        paused: { keys: 0, streams: [] },
        refused: { keys: 0 },
        lostLately: 4,
        deadLetters: 0,
      },
    },
    ...{
      queueWrites: { is: true },
      mirrorWrites: { is: true },
      source: { is: { masters: 1, silent: [] } },
      targetCounter: { is: 0 },
    },
    pausedUnread: { is: { entries: 0, streams: 0, unknown: 0 } },
    identity: { is: { is: 'same', id: 'f' } },
  };
}

it('one sample a minute is kept, the worst since the one before, of the fleet, of keys that are behind, and of those that someone viewed', async () => {
  await watchKey(mongo.db, 'watched', new Date());
  const keep = sampleKeeper(mongo.db, () => DAY_MS);
  for (const [ms, lag] of [
    [0, 7],
    [10_000, 80],
    [60_000, 9],
    [120_000, 6],
  ] as const) {
    const facts = factsAt(NOW + ms, lag);
    await keep(facts, judge(facts, NOW + ms));
  }
  const samples = await readHistory(mongo.db, new Date(NOW - 120_000));
  expect(
    samples.map(({ at, lag, workers, lost, due }) => [at.getTime() - NOW, lag, workers, lost, due]),
  ).toEqual([
    [-5_000, 7, 1, 4, 1],
    [55_000, 80, 1, 4, 1],
    [115_000, 6, 1, 4, 1],
  ]);
  const of = async (key: string) => await readKeyHistory(mongo.db, key, new Date(NOW - 120_000));
  expect(await of('behind')).toHaveLength(3);
  expect(await of('watched')).toMatchObject([{ lag: 7, seen: 120, gap: 1, dead: 2 }, {}, {}]);
  expect(await of('other')).toEqual([]);
});

it('MongoDB removes samples after their time', async () => {
  for (const name of ['history', 'key_history'] as const) {
    const indexes = await mongo.db.collection(name).indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
    const found = await mongo.db.collection(name).findOne({});
    expect(found?.expiresAt.getTime()).toBeGreaterThanOrEqual(NOW - 60_000 + DAY_MS);
  }
});
