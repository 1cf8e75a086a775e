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
