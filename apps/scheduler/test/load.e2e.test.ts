import { readFile } from 'node:fs/promises';
import { type MongoServer, startMongo } from '@redis-to-mongo/local-stack';
import { connectMongo, type MongoHandle } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { type AppProcess, fleetForTests, until } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const fleet = fleetForTests();

describe('SOURCE_BYTES_PER_SEC', () => {
  it('is a bound for all workers together', async () => {
    const keys = Array.from({ length: 8 }, (_, i) => `stream:${i}`);
    for (const key of keys) {
      const pipeline = fleet.redis.pipeline();
      for (let ms = 1; ms <= 500; ms++) pipeline.xadd(key, `${ms}-0`, 'text', 'x'.repeat(1_000));
      await pipeline.exec();
    }
    const env = { SOURCE_BYTES_PER_SEC: '500000', READ_BYTES: '50000', SLICE_BYTES: '200000' };
    fleet.scheduler();
    for (let i = 0; i < 3; i++) fleet.worker(env);
    const messages = fleet.db.collection('stream_messages');
    await until(async () => expect(await messages.estimatedDocumentCount()).toBeGreaterThan(0));
    const began = Date.now();
    await until(async () => expect(await messages.estimatedDocumentCount()).toBe(8 * 500));
    // Over 4 MB at 0.5 MB a second; half a second's worth and what is under way may be ahead.
    expect(Date.now() - began).toBeGreaterThan(5_000);
  });
});

describe('MongoDB down for half a minute under load', () => {
  let mongo: MongoServer;
  let client: MongoHandle;
  beforeAll(async () => {
    mongo = await startMongo();
    client = connectMongo({ uri: mongo.uri, dbName: 'outage', tls: NO_TLS }, 'test');
  });
  afterAll(async () => {
    await client.close();
    await mongo.stop();
  });

  it('neither fills the queue nor the memory, and all is caught up with by itself', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `stream:${i}`);
    const env = { MONGO_URI: mongo.uri, MONGO_DB_NAME: 'outage' };
    const apps: AppProcess[] = [fleet.scheduler(env), fleet.worker(env), fleet.worker(env)];
    const messages = client.db.collection('stream_messages');
    let added = 0;
    const load = async (ms: number) => {
      const until = Date.now() + ms;
      while (Date.now() < until) {
        const pipeline = fleet.redis.pipeline();
        for (const key of keys) pipeline.xadd(key, '*', 'text', 'x'.repeat(1_000));
        await pipeline.exec();
        added += keys.length;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await load(3_000);
    await until(async () => expect(await messages.estimatedDocumentCount()).toBeGreaterThan(100));
    await mongo.kill();
    let mostJobs = 0;
    for (let i = 0; i < 10; i++) {
      await load(3_000);
      const { waiting = 0, active = 0, delayed = 0 } = await fleet.queue.forBoard().getJobCounts();
      mostJobs = Math.max(mostJobs, waiting + active + delayed);
      for (const app of apps) expect(await megabytesOf(app)).toBeLessThan(400);
    }
    // Of each key: one under way or waiting to be tried again, one scheduled, one asked for meanwhile.
    expect(mostJobs).toBeLessThanOrEqual(3 * keys.length);
    await mongo.restart();
    await load(2_000);
    // An estimate costs nothing; a count of so many, again and again, would be what slows the fleet.
    await until(async () => expect(await messages.estimatedDocumentCount()).toBe(added), 120_000);
    expect(await messages.countDocuments()).toBe(added);
    for (const app of apps) expect(app.process.exitCode).toBeNull();
  });
});

/** What a process has in memory, in MB. */
async function megabytesOf(app: AppProcess): Promise<number> {
  const status = await readFile(`/proc/${app.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
