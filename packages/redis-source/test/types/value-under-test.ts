import { randomUUID } from 'node:crypto';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { freshNamespace } from '@redis-to-mongo/local-stack';
import { mongoSink, prepareDatabase, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import {
  ByteBudget,
  type KeyState,
  type Line,
  Slice,
  type SyncReport,
  syncKey,
} from '@redis-to-mongo/pipeline';
import { redisSource, type SyncerOptions } from '@redis-to-mongo/redis-source';
import { testMongoUri, testSinkOptions } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { type Db, type Document, MongoClient } from 'mongodb';
import { expect } from 'vitest';
import { type CountedWrites, countWrites } from './count-writes.js';
import { storedValue } from './stored-value.js';

/** Small, so that a few hundred members are many: MongoDB's stand-in takes its time to drop what tests leave. */
const OPTIONS: SyncerOptions = {
  readEntries: 5000,
  readBytes: 8 << 20,
  maxInlineMembers: 100,
  maxInlineBytes: 64 << 10,
  scanCount: 20,
};

/** A line from a Redis to a database of the test file's own. */
export interface ValueUnderTest {
  readonly redis: Redis;
  readonly db: Db;
  /** Documents written since the last call, by collection. */
  readonly writes: CountedWrites;
  /** A line of its own, as another worker would have. */
  line(options?: Partial<SyncerOptions>, changes?: Partial<Line>): Line;
  /** The same, reading by another client. */
  lineOf(redis: Redis): Line;
  /** Syncs the key by a fresh line. */
  sync(key: string, options?: Partial<SyncerOptions>): Promise<SyncReport>;
  state(key: string): Promise<KeyState>;
  manifest(collection: string, key: string): Promise<Document>;
  /** The elements of a value, as a reader takes them. */
  elements(collection: string, memberCollection: string, key: string): Promise<Document[]>;
  close(): Promise<void>;
}

export interface UnderTestOptions {
  /** A Redis to use instead of one that is started. */
  readonly redisUrl?: string;
}

export async function valueUnderTest(given: UnderTestOptions = {}): Promise<ValueUnderTest> {
  const mongoUri = testMongoUri();
  const namespace = given.redisUrl === undefined ? await freshNamespace({ mongoUri }) : undefined;
  const redisUrl = namespace?.redis.url ?? given.redisUrl ?? '';
  const redis = new Redis(redisUrl, {
    enableAutoPipelining: true,
    maxRetriesPerRequest: 3,
    // The check asks with INFO, which a server that only looks like Redis need not have.
    enableReadyCheck: namespace !== undefined,
  });
  const client = new MongoClient(mongoUri, {
    monitorCommands: true,
    writeConcern: { w: 'majority', journal: true },
  });
  const db = client.db(namespace?.mongoDbName ?? `test_${randomUUID().replaceAll('-', '')}`);
  const { maxDocumentBytes } = await prepareDatabase(db);
  const newSequence = await readyMadeBson();
  expect(newSequence).toBeDefined();
  const writes = countWrites(client);

  const lineOf = (from: Redis, options: Partial<SyncerOptions> = {}, changes: Partial<Line> = {}): Line => ({
    source: redisSource(from, KEY_TYPES, { ...OPTIONS, ...options }),
    sink: mongoSink(db, { ...testSinkOptions(), batchBytes: 64 << 10, maxDocumentBytes, newSequence }),
    separator: ':info:',
    budget: new ByteBudget(64 << 20),
    now: () => new Date(),
    ...changes,
  });

  const line: ValueUnderTest['line'] = (options, changes) => lineOf(redis, options, changes);

  return {
    redis,
    db,
    writes,
    line,
    lineOf: (from) => lineOf(from),
    sync: async (key, options) => await syncKey(line(options), key, wholeSlice()),
    state: async (key) => {
      const found = await db.collection<KeyState & { _id: string }>('keys').findOne({ _id: key });
      if (!found) throw new Error(`no state of ${key}`);
      return found;
    },
    manifest: async (collection, key) => {
      const found = await db.collection<{ _id: string } & Document>(collection).findOne({ _id: key });
      if (!found) throw new Error(`no ${key} in ${collection}`);
      return found;
    },
    elements: async (collection, memberCollection, key) => {
      const elements = (await storedValue(db, { collection, memberCollection }, key))?.elements;
      if (!elements) throw new Error(`${key} has no units in ${memberCollection}`);
      return elements;
    },
    close: async () => {
      redis.disconnect();
      if (!namespace) await db.dropDatabase();
      await client.close();
      await namespace?.close();
    },
  };
}

/** A slice without bounds. */
export function wholeSlice(): Slice {
  return new Slice({ entries: 10_000_000, bytes: 1 << 30, ms: 100_000 });
}
