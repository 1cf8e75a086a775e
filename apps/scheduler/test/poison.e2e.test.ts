import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POISONED_WORKER } from './fleet-process.js';
import { type FleetUnderTest, fleetUnderTest, until } from './fleet-under-test.js';

let fleet: FleetUnderTest;
beforeAll(async () => {
  fleet = await fleetUnderTest();
});
afterEach(async () => {
  await fleet.clear();
});
afterAll(async () => {
  await fleet.close();
});

async function fill(key: string, from: number, upTo: number): Promise<void> {
  const pipeline = fleet.redis.pipeline();
  for (let ms = from; ms <= upTo; ms++) pipeline.xadd(key, `${ms}-0`, 'n', String(ms));
  await pipeline.exec();
}

describe('a key whose job kills its worker', () => {
  it('is set aside after three times, is shown, and takes no other key with it', async () => {
    const innocents = Array.from({ length: 30 }, (_, i) => `innocent:${i}`);
    for (const key of [...innocents, 'poison']) await fill(key, 1, 20);
    fleet.scheduler();
    let kills = 0;
    let isOver = false;
    // What a supervisor does: a worker that died is started again.
    const supervising = (async () => {
      while (!isOver) {
        const worker = fleet.start(POISONED_WORKER, { POISON: 'poison' });
        if ((await worker.ended).signal === 'SIGKILL') kills++;
      }
    })();
    try {
      await until(
        async () => expect(await fleet.key('poison')).toMatchObject({ lastError: { code: 'KEY_SET_ASIDE' } }),
        120_000,
      );
      expect(kills).toBe(3);
      for (const key of innocents) await fill(key, 21, 40);
      for (const key of innocents) await until(async () => expect(await fleet.entries(key)).toBe(40));
      const errors = await fleet.db.collection('keys').countDocuments({ lastError: { $ne: null } });
      expect(errors).toBe(1);
      expect(kills).toBe(3);
    } finally {
      isOver = true;
      await fleet.clear();
      await supervising;
    }
  });
});

describe('several workers on one queue', () => {
  it('share the keys; one that is killed gives up its keys within seconds, and nothing is there twice', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `stream:${i}`);
    for (const key of keys) await fill(key, 1, 500);
    const workers = Array.from({ length: 4 }, () =>
      fleet.worker({ MESSAGES_PER_STREAM: '50', SLICE_ENTRIES: '100' }),
    );
    fleet.scheduler();
    const messages = fleet.db.collection('stream_messages');
    await until(async () => expect(await messages.estimatedDocumentCount()).toBeGreaterThan(2_000));
    workers[0]?.kill('SIGKILL');
    workers[1]?.kill('SIGKILL');
    const killed = Date.now();
    await until(async () => expect(await messages.estimatedDocumentCount()).toBe(40 * 500), 90_000);
    expect(Date.now() - killed).toBeLessThan(60_000);
    await until(async () => {
      const documents = await fleet.db.collection('keys').find().toArray();
      for (const { counts } of documents) {
        expect(counts.seen).toBe(500);
        expect(counts.written + counts.alreadyThere).toBe(500);
      }
      expect(documents).toHaveLength(40);
    });
  });
});
