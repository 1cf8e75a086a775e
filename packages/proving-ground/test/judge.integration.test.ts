import { startRedis } from '@redis-to-mongo/local-stack';
import { encodeContent, messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChaosLoad } from '../src/chaos/chaos-load.js';
import type { ChaosStreamWriter } from '../src/chaos/chaos-stream-writer.js';
import { judgeMirror, judgeSource } from '../src/judge/judge-streams.js';
import { StreamFindings } from '../src/judge/stream-findings.js';

const server = await startRedis({ appendfsync: 'always' });
const redis = new Redis(server.url);
redis.on('error', () => {}); // Redis is killed in these tests
const client = new MongoClient(testMongoUri());
const db = client.db(`test_judge_${Date.now()}`);
const messages = db.collection<{ _id: string }>('stream_messages');
const load = new ChaosLoad({
  redisUrl: server.url,
  seed: 1,
  rate: 1,
  isKnown: ({ needs }) => needs === undefined,
  signal: new AbortController().signal,
});
let writer: ChaosStreamWriter;

beforeAll(async () => {
  const [first] = load.of('steady');
  if (!first) throw new Error('the load has no stream');
  writer = first;
  await load.write(writer, 20);
});
beforeEach(async () => {
  await messages.deleteMany({});
  await messages.insertMany((await redis.xrange('orders', '-', '+')).map((entry) => toMessage(entry, 1)));
});
afterAll(async () => {
  load.close();
  redis.disconnect();
  await db.dropDatabase();
  await client.close();
  await server.stop();
});

function toMessage([entryId, flat]: [string, string[]], incarnation: number) {
  const _id = messageId(messageIdPrefix('orders', incarnation), entryId);
  return { _id, stream: 'orders', type: 'main', entryId, content: encodeContent(flat) };
}

async function problems(): Promise<string[]> {
  const findings = new StreamFindings('orders');
  await judgeSource(redis, writer.written, findings);
  await judgeMirror(db, 'stream_messages', [[writer.written, findings]]);
  return [...findings.problems];
}

describe('the judge of a chaos run', () => {
  it('finds no problem in an exact mirror', async () => {
    expect(await problems()).toEqual([]);
  });

  it('finds an entry that is missing', async () => {
    const id = writer.written.held[4]?.id ?? '';
    await messages.deleteOne({ _id: messageId(messageIdPrefix('orders', 1), id) });
    expect(await problems()).toEqual([`orders: ${id} is missing: Redis still holds it`]);
  });

  it('finds an entry that is in two incarnations', async () => {
    const [entry] = await redis.xrange('orders', '-', '+', 'COUNT', 1);
    if (!entry) throw new Error('the stream is empty');
    await messages.insertOne(toMessage(entry, 2));
    expect(await problems()).toContain(`orders: ${entry[0]} is there 2 times`);
  });

  it('finds a message with changed content, and reports its entry as missing', async () => {
    const id = writer.written.held[7]?.id ?? '';
    const _id = messageId(messageIdPrefix('orders', 1), id);
    await messages.updateOne({ _id }, { $set: { content: { n: 'forged' } } });
    expect(await problems()).toEqual([
      `orders: ${_id} holds an entry that was never written`,
      `orders: ${id} is missing: Redis still holds it`,
    ]);
  });

  it('finds an acknowledged entry that Redis has lost', async () => {
    const [id = ''] = writer.written.held.slice(-1).map((entry) => entry.id);
    const [entry] = await redis.xrange('orders', id, id);
    await redis.xdel('orders', id);
    expect(await problems()).toEqual(['orders: Redis holds 19 entries of 20: it lost acknowledged ones']);
    expect(entry?.[0]).toBe(id);
    await writer.remove([id]);
  });
});

describe('the load of a chaos run', () => {
  it('knows what Redis holds, although Redis is killed repeatedly while it writes', async () => {
    const [, other] = load.of('steady');
    if (!other) throw new Error('the load has one stream only');
    const stop = new AbortController();
    const writing = (async () => {
      while (!stop.signal.aborted) await load.write(other, 40);
    })();
    for (let kills = 0; kills < 4; kills++) {
      const before = other.written.entries;
      while (other.written.entries < before + 200) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.kill();
      await server.restart();
    }
    stop.abort();
    await writing;
    const findings = new StreamFindings(other.written.key);
    await judgeSource(redis, other.written, findings);
    expect(findings.problems).toEqual([]);
    // A kill in the middle of a pipeline leaves entries unanswered.
    expect(load.outcomes.found + load.outcomes.absent).toBeGreaterThan(0);
  });
});
