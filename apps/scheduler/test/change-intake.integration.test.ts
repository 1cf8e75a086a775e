import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { fleetForTests, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { ChangeIntake } from '../src/change-intake.js';

const fleet = fleetForTests();

function standby(): ChangeIntake {
  const nothing = () => {};
  const { redis, queue, namespace } = fleet;
  return new ChangeIntake(
    {
      ...{
        address: addressOfUrl(namespace.redis.url),
        redis,
        queue,
        ownPrefix: Buffer.from('{r2m}:'),
        keptMs: 50,
      },
      ...{ isTailed: () => false, onError: nothing, onAdd: nothing, onComplete: nothing },
      ...{ onMissed: nothing, onState: nothing },
    },
    { isOn: false, include: [], wanted: () => true },
  );
}

const active = (more: Partial<Heartbeat>) =>
  fleet.queue.beat('other', { app: 'scheduler', state: 'active', ...more });

it('a standby keeps changes until the active scheduler has requested them, however long that takes', async () => {
  const intake = standby();
  intake.buffer.add([Buffer.from('changed')]);
  const isKept = async () => {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await intake.standBy();
    }
    expect(intake.buffer.size).toBe(1);
  };
  await isKept(); // there is none: it has died
  await active({});
  await isKept(); // it has not come to it yet
  await active({ searchedMs: 60_000 });
  await isKept(); // it can't: a server does not answer
  await until(async () => {
    await active({ searchedMs: 0 });
    await intake.standBy();
    expect(intake.buffer.size).toBe(0);
  });
  await intake.close();
});
