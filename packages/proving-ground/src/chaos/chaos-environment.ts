import { join } from 'node:path';
import { type RedisOptions, startMongo, startRedis, startTcpProxy } from '@redis-to-mongo/local-stack';
import type { Closers } from '@redis-to-mongo/pipeline';
import { openMongo } from '../program/open-redis.js';
import { CHAOS_RULES } from './chaos-rules.js';
import { startMongoAnswers } from './mongo-answers/mongo-answers.js';
import { pairOf } from './redis-pair.js';

/** The servers of a run. Only the fleet uses the proxies. */
export type ChaosEnvironment = Awaited<ReturnType<typeof openChaosEnvironment>>;

const DB_NAME = 'chaos';
export const QUEUE_PREFIX = 'chaos';

/**
 * Starts servers for this run. The source syncs its file at every write, because acknowledged
 * writes must survive a SIGKILL.
 * @throws LocalStackError
 */
export async function openChaosEnvironment(dir: string, say: (line: string) => void, closing: Closers) {
  const onProgress = (line: string) => say(`  ${line}`);
  const redis = async (name: string, options: RedisOptions) => {
    const server = await startRedis({ ...options, dataDir: join(dir, name) });
    closing.add('a server', () => server.stop());
    return server;
  };
  const pair = async (name: string, options: RedisOptions) => {
    const both = await pairOf(await redis(name, options), await redis(`${name}-replica`, options));
    closing.add('a pair of Redis', () => both.close());
    return both;
  };
  const source = await pair('source', { appendfsync: 'always', onProgress });
  const queue = await pair('queue', {});
  const mongoDir = join(dir, 'mongo');
  const server = await startMongo({ dataDir: mongoDir, onProgress });
  closing.add('a server', () => server.stop());
  const way = await startTcpProxy(server.port);
  closing.add('a proxy', () => way.close());
  const answers = await startMongoAnswers(way.port);
  closing.add('a proxy', () => answers.close());
  const direct = openMongo(server.uri, DB_NAME, 'chaos');
  closing.add('mongo', () => direct.close());
  return {
    source,
    queue,
    mongo: { server, way, answers },
    /** The directory of MongoDB's files. */
    mongoDir,
    /** A direct connection to MongoDB. */
    db: direct.db,
    dbName: DB_NAME,
    /** The fleet's environment: the servers' addresses, through the proxies, and short intervals. */
    env: {
      REDIS_URL: `redis://127.0.0.1:${source.way.port}`,
      QUEUE_REDIS_URL: `redis://127.0.0.1:${queue.way.port}`,
      MONGO_URI: throughProxy(server.uri, answers.port),
      SYNC_INTERVAL_SEC: '0.5',
      // Small limits: a few thousand entries need many reads and many slices, and
      // sets are stored in both forms.
      MESSAGES_PER_STREAM: '200',
      SLICE_ENTRIES: '1000',
      READ_AHEAD_BYTES: '33554432',
      VALUE_INLINE_MEMBERS: '200',
      // Keys that 'change feed overrun' creates.
      KEY_EXCLUDE: 'overrun:*',
      RULES: JSON.stringify(CHAOS_RULES),
    },
  };
}

function throughProxy(uri: string, port: number): string {
  const url = new URL(uri);
  url.port = String(port);
  url.searchParams.set('directConnection', 'true');
  return url.href;
}
