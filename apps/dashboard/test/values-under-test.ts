import { type Config, loadConfig } from '@redis-to-mongo/config';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle, readKey } from '@redis-to-mongo/mongo-sink';
import { openLine, syncToEnd } from '@redis-to-mongo/operations';
import type { KeyState } from '@redis-to-mongo/pipeline';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import type { Excerpt } from '@redis-to-mongo/verify';
import { keyValuesReader, type ReadKeyValues } from '../src/keys/key-values.js';
import { queueAt } from './a-dashboard.js';

/** Bytes that are no text. */
export const BINARY = Buffer.from([0xff, 0xfe, 0x00, 0x01]);

/** What a reading may take where no test is about its time: the servers work for other tests, too. */
export const PATIENCE_MS = 60_000;

type Redis = ReturnType<typeof connectRedis>;

/** Servers of a test file's own, a line between them, and what a dashboard sees of their keys. */
export interface ValuesUnderTest {
  readonly config: Config;
  readonly space: FreshNamespace;
  readonly db: MongoHandle['db'];
  readonly redis: Redis;
  readonly readValues: ReadKeyValues;
  sync(key: string): Promise<void>;
  stateOf(key: string): Promise<KeyState>;
  /** What both sides hold: the names of the rows in their order, and the verdict of each. */
  excerptOf(
    key: string,
  ): Promise<
    Excerpt & { readonly names: readonly string[]; readonly verdicts: Readonly<Record<string, string>> }
  >;
  close(): Promise<void>;
}

export async function valuesUnderTest(env: Record<string, string> = {}): Promise<ValuesUnderTest> {
  const config = loadConfig({ env, argv: [] });
  const space = await freshNamespace({ mongoUri: testMongoUri() });
  const mongo = connectMongo(
    { uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS },
    'test of values',
  );
  const { db } = mongo;
  const redis = connectRedis(queueAt(space.redis.url).redis, () => undefined, { enableAutoPipelining: true });
  const readValues = keyValuesReader(config, { db, redis }, PATIENCE_MS);
  const stateOf = async (key: string) => {
    const state = await readKey(db, key);
    if (!state) throw new Error(`MongoDB does not know of ${key}`);
    return state;
  };
  return {
    ...{ config, space, db, redis, readValues, stateOf },
    sync: async (key) => {
      const { line, slice } = await openLine(config, db, redis);
      await syncToEnd(line, key, slice, () => {});
    },
    excerptOf: async (key) => {
      const { excerpt } = await readValues(await stateOf(key));
      if ('code' in excerpt) throw new Error(excerpt.code);
      const rows = excerpt.rows.map(({ name, verdict }): [string, string] => [
        typeof name === 'object' ? String(name.head) : (name ?? ''),
        verdict,
      ]);
      return { ...excerpt, verdicts: Object.fromEntries(rows), names: rows.map(([name]) => name) };
    },
    close: async () => {
      redis.disconnect();
      await mongo.close();
      await space.close();
    },
  };
}
