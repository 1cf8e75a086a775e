import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { freshNamespace, startMongo } from '@redis-to-mongo/local-stack';
import { connectMongo, mongoSink, prepareDatabase, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import {
  ByteBudget,
  groupBy,
  incarnationOfId,
  type KeyState,
  type Line,
  Slice,
  type SliceLimits,
  type SyncReport,
  syncKey,
} from '@redis-to-mongo/pipeline';
import {
  addressOfUrl,
  connectRedis,
  RawConnection,
  type RedisAddress,
} from '@redis-to-mongo/redis-connection';
import { DirectReader, redisSource } from '@redis-to-mongo/redis-source';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { testMongoUri } from './test-mongo-uri.js';
import { testSinkOptions } from './test-sink-options.js';

const WHOLE: SliceLimits = { entries: 1_000_000, bytes: 1 << 30, ms: 60_000 };

/** The parts that a worker and a line need, on servers that only this test file uses, without a queue. */
export type LineUnderTest = Awaited<ReturnType<typeof lineUnderTest>>;

/**
 * @param options.ownMongo starts a MongoDB for this file alone, because stopping it is faster than dropping a
 * large database. Ignored if LOCAL_STACK_MONGO_URI is set: that server is to be tested.
 */
export async function lineUnderTest(options: { ownMongo?: boolean } = {}) {
  const isGiven = Boolean(process.env.LOCAL_STACK_MONGO_URI);
  const ownMongo = options.ownMongo && !isGiven ? await startMongo() : undefined;
  const namespace = await freshNamespace({ mongoUri: ownMongo?.uri ?? testMongoUri() });
  const address = addressOfUrl(namespace.redis.url);
  const redis = connectRedis(address, () => {});
  const mongo = connectMongo(
    { uri: namespace.mongoUri, dbName: namespace.mongoDbName, tls: address.tls },
    'line under test',
  );
  const { db } = mongo;
  const { maxDocumentBytes } = await prepareDatabase(db);
  const path = await pathOf(address);

  /** A new line, as another worker would have. */
  const line = async ({
    readEntries = 5000,
    readBytes = 8 << 20,
    ...changes
  }: Partial<Line> & { readEntries?: number; readBytes?: number } = {}): Promise<Line> => ({
    source: redisSource(redis, KEY_TYPES, {
      readEntries,
      readBytes,
      direct: path?.direct,
      ...(changes.rules ? { rules: changes.rules } : {}),
    }),
    sink: mongoSink(db, { ...testSinkOptions(), maxDocumentBytes, newSequence: path?.newSequence }),
    separator: ':info:',
    budget: new ByteBudget(64 << 20),
    now: () => new Date(),
    ...changes,
  });

  /** All messages of a stream, in `_id` order. */
  const messages = async (key: string): Promise<Document[]> =>
    await db.collection('stream_messages').find({ stream: key }).sort({ _id: 1 }).toArray();

  return {
    namespace,
    redis,
    db,
    line,
    messages,
    /** Adds entries `from-0` … `to-0`, each with its number as field `n`. */
    add: async (key: string, from: number, to: number) => {
      const pipeline = redis.pipeline();
      for (let ms = from; ms <= to; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
      await pipeline.exec();
    },
    /** The ids of all mirrored entries of a stream, in `_id` order. */
    entryIds: async (key: string): Promise<unknown[]> => (await messages(key)).map(({ entryId }) => entryId),
    /** The ids of all mirrored entries of a stream by the number of their incarnation, in `_id` order. */
    incarnations: async (key: string): Promise<Record<string, unknown[]>> => {
      const byIncarnation = groupBy(await messages(key), ({ _id }) => String(incarnationOfId(String(_id))));
      return Object.fromEntries(
        [...byIncarnation].map(([number, its]) => [number, its.map(({ entryId }) => entryId)]),
      );
    },
    /** Syncs a key to its end with a new line, and returns the last report. */
    sync: async (key: string, limits: Partial<SliceLimits> = {}): Promise<SyncReport> =>
      await syncKey(await line(), key, new Slice({ ...WHOLE, ...limits })),
    state: async (key: string): Promise<KeyState & Document> => {
      const found = await db.collection<KeyState & { _id: string }>('keys').findOne({ _id: key });
      if (!found) throw new Error(`no state of ${key}`);
      return found;
    },
    close: async () => {
      redis.disconnect();
      path?.connection.close();
      await mongo.close();
      if (ownMongo) await Promise.all([ownMongo.stop(), namespace.redis.stop()]);
      else await namespace.close();
    },
  };
}

/**
 * A line under test for all tests of a file. It is opened before the first test,
 * and closed after the last one.
 */
export function lineForTests(options: Parameters<typeof lineUnderTest>[0] = {}): LineUnderTest {
  const under = {} as LineUnderTest;
  beforeAll(async () => {
    Object.assign(under, await lineUnderTest(options));
  });
  afterAll(async () => {
    await under.close();
  });
  return under;
}

/** Opens the direct path; `undefined` if STREAM_PATH selects the ordinary one. */
async function pathOf(address: RedisAddress) {
  if (process.env.STREAM_PATH === 'ordinary') return undefined;
  const connection = RawConnection.open(address, {
    onError: () => {},
    onUnexpected: (reason) => console.error(reason),
  });
  if (!connection) throw new Error('no raw connection');
  await vi.waitFor(() => expect(connection.isReady).toBe(true), { timeout: 20_000 });
  const newSequence = await readyMadeBson();
  expect(newSequence).toBeDefined();
  return { connection, direct: new DirectReader(connection), newSequence };
}

/** A slice without practical limits, for tests that call syncKey themselves. */
export function wholeSlice(limits: Partial<SliceLimits> = {}): Slice {
  return new Slice({ ...WHOLE, ...limits });
}

/** Whether seen = written + already there + dead. */
export function addsUp({ counts }: KeyState): boolean {
  return counts.seen === counts.written + counts.alreadyThere + counts.dead;
}
