import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';

const fleet = fleetForTests();

/** How many different fingerprints of each option the live processes report. */
async function counted(): Promise<Record<string, number>> {
  const { processes } = await fleet.queue.facts();
  expect(processes).toHaveLength(3);
  const names = ['KEY_INCLUDE', 'KEY_EXCLUDE', 'KEY_SEPARATOR', 'KEY_TYPES', 'RULES'];
  return Object.fromEntries(
    names.map((name) => [name, new Set(processes.flatMap(({ options }) => options?.[name] ?? [])).size]),
  );
}

it('schedulers and workers report which options they share; those that differ can be told apart', async () => {
  const same = { RULES: '[{"pattern":"orders","ttlSec":60}]', KEY_TYPES: 'stream,set' };
  fleet.scheduler(same);
  const standby = fleet.scheduler({ ...same, KEY_INCLUDE: 'a*' });
  const worker = fleet.worker({ ...same, KEY_TYPES: 'set,stream', KEY_INCLUDE: 'not used by workers' });
  await until(async () =>
    expect(await counted()).toEqual({
      KEY_INCLUDE: 2,
      KEY_EXCLUDE: 1,
      KEY_SEPARATOR: 1,
      KEY_TYPES: 1,
      RULES: 1,
    }),
  );
  await Promise.all([standby.stop(), worker.stop()]);
  fleet.scheduler(same);
  fleet.worker({ ...same, RULES: '[]' });
  await until(async () => expect(await counted()).toMatchObject({ KEY_INCLUDE: 1, RULES: 2 }));
});

it('keys of a type that a worker of before does not mirror are there once it has ended', async () => {
  const former = fleet.worker({ KEY_TYPES: 'stream,set' });
  await fleet.redis.hset('hash', 'a', '1');
  fleet.scheduler();
  await until(async () => {
    const { due, sweepPending, processes } = await fleet.queue.facts();
    expect({ due, sweepPending, processes: processes.length }).toEqual({
      ...{ due: 0, sweepPending: '', processes: 2 },
    });
  });
  fleet.worker();
  await until(async () => expect((await fleet.queue.facts()).processes).toHaveLength(3));
  expect(await fleet.key('hash')).toBeNull();
  await former.stop();
  await until(async () => expect(await fleet.key('hash')).toMatchObject({ status: 'active' }));
});
