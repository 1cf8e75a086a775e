import { messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { lineForTests } from '@redis-to-mongo/test-kit';
import type { Document } from 'mongodb';
import { beforeEach, expect, it } from 'vitest';
import { compareMirror, type KeyReport } from '../src/demo/compare-mirror.js';
import { contentDigest, pairsOf } from '../src/judge/content-digest.js';
import { History } from '../src/judge/written-stream.js';

const under = lineForTests();
let history: History;

async function add(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = await under.redis.xadd('orders', '*', 'n', String(i));
    history.of('orders').add(String(id), contentDigest(pairsOf(['n', String(i)])));
  }
  await under.sync('orders');
}

/** Creates two incarnations of a stream, and a set, and mirrors them. */
beforeEach(async () => {
  await under.redis.flushall();
  for (const name of ['keys', 'stream_messages', 'sets']) await under.db.collection(name).deleteMany({});
  history = new History();
  await add(30);
  await under.redis.del('orders');
  history.of('orders').endIncarnation();
  await under.sync('orders');
  await add(20);
  await under.redis.sadd('orders:info:tags', 'a', 'b', 'c');
  await under.sync('orders:info:tags');
});

const messages = () => under.db.collection<{ _id: string } & Document>('stream_messages');

async function found(): Promise<Partial<KeyReport>[]> {
  const { redis, db } = under;
  const reports = await compareMirror({ redis, db, wanted: () => true, history, settleMs: 0 });
  return reports.filter(({ missing, duplicated, different }) => missing + duplicated + different > 0);
}

function idOf(incarnation: number, n: number): string {
  const entry = history.of('orders').incarnations[incarnation - 1]?.[n];
  return messageId(messageIdPrefix('orders', incarnation), entry?.id ?? '');
}

it('an exact mirror has all messages of all incarnations, and no problem is found', async () => {
  const { redis, db } = under;
  const reports = await compareMirror({ redis, db, wanted: () => true, history, settleMs: 0 });
  expect(reports).toMatchObject([
    { key: 'orders', keyType: 'stream', incarnations: 2, messages: 50, problems: [] },
    { key: 'orders:info:tags', keyType: 'set', incarnations: 0, members: 3, problems: [] },
  ]);
});

it.each([1, 2])('a missing message of incarnation %i is found once', async (incarnation) => {
  await messages().deleteOne({ _id: idOf(incarnation, 5) });
  expect(await found()).toMatchObject([{ key: 'orders', missing: 1, duplicated: 0 }]);
});

it.each([1, 2])('a message of incarnation %i that differs is found', async (incarnation) => {
  await messages().updateOne({ _id: idOf(incarnation, 5) }, { $set: { content: { n: 'forged' } } });
  const [report] = await found();
  expect(report?.different).toBeGreaterThan(0);
});

it('a duplicated message is found', async () => {
  const original = await messages().findOne({ _id: idOf(2, 5) });
  await messages().insertOne({ ...original, _id: `${idOf(2, 5)}x` });
  const [report] = await found();
  expect(report?.duplicated).toBe(1);
});

it('a message that belongs to no stream is found', async () => {
  const original = await messages().findOne({ _id: idOf(2, 5) });
  await messages().insertOne({ ...original, _id: '0' });
  expect(await found()).toMatchObject([{ duplicated: 1, problems: ['1 messages belong to no stream'] }]);
  await messages().insertOne({ _id: 'nobody@a1:a1-a0', stream: 'nobody', type: 'main', entryId: '1-0' });
  expect(await found()).toMatchObject([{ key: 'nobody', different: 1 }, { duplicated: 2 }]);
});

it('wrong counts are found', async () => {
  await under.db
    .collection<{ _id: string }>('keys')
    .updateOne({ _id: 'orders' }, { $set: { 'counts.seen': 49 } });
  const [report] = await found();
  expect(report?.problems).toContain('orders: 50 written, but 49 seen and 0 in gaps');
});

it('a missing member is found', async () => {
  await under.redis.sadd('orders:info:tags', 'd');
  expect(await found()).toMatchObject([{ key: 'orders:info:tags', different: 1 }]);
});
