import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const fleet = fleetForTests();

async function fill(key: string, entries: number): Promise<void> {
  const pipeline = fleet.redis.pipeline();
  for (let ms = 1; ms <= entries; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
  await pipeline.exec();
}

describe.each([1, 4, 8])('%i workers on one queue', (count) => {
  it('share the keys; a killed one gives up its keys within seconds, and nothing is there twice', async () => {
    const keys = Array.from({ length: 24 }, (_, i) => `stream:${i}`);
    for (const key of keys) await fill(key, 300);
    const start = () => fleet.worker({ MESSAGES_PER_STREAM: '50', SLICE_ENTRIES: '100' });
    const workers = Array.from({ length: count }, start);
    fleet.scheduler();
    const messages = fleet.db.collection('stream_messages');
    await until(async () => expect(await messages.estimatedDocumentCount()).toBeGreaterThan(1_000));
    workers[0]?.kill('SIGKILL');
    start();
    await until(async () => expect(await messages.countDocuments()).toBe(24 * 300), 120_000);
    await until(async () => {
      const documents = await fleet.db.collection('keys').find().toArray();
      expect(documents).toHaveLength(24);
      for (const { counts } of documents)
        expect(counts).toMatchObject({ seen: 300, written: 300 - counts.alreadyThere, dead: 0 });
    });
    await until(async () => expect(await fleet.queue.due.overdue(0, 100)).toEqual([]));
  });
});
