import { DYING_WORKER, fleetForTests, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const fleet = fleetForTests();

/** What a supervisor does: a worker that died is started again. */
function supervise() {
  let kills = 0;
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const worker = fleet.start(DYING_WORKER, { POISON: 'poison' });
      if ((await worker.ended).signal === 'SIGKILL') kills++;
    }
  })();
  return {
    kills: () => kills,
    end: async () => {
      isOver = true;
      await fleet.clear();
      await running;
    },
  };
}

async function untilQuarantined(): Promise<void> {
  const asked = { lastError: { code: 'KEY_QUARANTINED' } };
  await until(async () => expect(await fleet.key('poison')).toMatchObject(asked), 250_000);
}

const innocents = Array.from({ length: 30 }, (_, i) => `innocent:${i}`);

describe('a key whose job kills its worker', () => {
  it('is quarantined after three times, is shown, and takes no other key with it', async () => {
    for (const key of [...innocents, 'poison']) await fleet.fill(key, 1, 20);
    fleet.scheduler();
    const supervisor = supervise();
    try {
      await untilQuarantined();
      expect(supervisor.kills()).toBe(3);
      for (const key of innocents) await fleet.fill(key, 21, 40);
      for (const key of innocents) await until(async () => expect(await fleet.entries(key)).toBe(40));
      const errors = await fleet.db.collection('keys').countDocuments({ lastError: { $ne: null } });
      expect(errors).toBe(1);
      expect(supervisor.kills()).toBe(3);
    } finally {
      await supervisor.end();
    }
  });

  it('is found as well when it is woken together with others', async () => {
    const keys = [...innocents.slice(0, 15), 'poison'];
    for (const key of keys) await fleet.fill(key, 1, 5);
    fleet.scheduler({ SYNC_INTERVAL_SEC: '3600' });
    const well = fleet.worker();
    for (const key of keys) await until(async () => expect(await fleet.entries(key)).toBe(5));
    await until(async () => expect(await fleet.queue.due.overdue(0, 100)).toEqual([]));
    await well.stop();
    const writes = fleet.redis.multi();
    for (const key of keys) writes.xadd(key, '6-0', 'n', '6');
    await writes.exec();
    const supervisor = supervise();
    try {
      await untilQuarantined();
      expect(supervisor.kills()).toBe(3);
      for (const key of innocents.slice(0, 15))
        await until(async () => expect(await fleet.entries(key)).toBe(6));
      expect(supervisor.kills()).toBe(3);
    } finally {
      await supervisor.end();
    }
  });
});
