import { fleetForTests, metricsOf, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { commandOn, untilVerdict, verdictOn } from './verdict-under-test.js';

const fleet = fleetForTests();

it('a key whose own document MongoDB refuses is named with the reason, a dead letter, and done once it is fixed', async () => {
  await fleet.redis.set('taken', 'x');
  const scheduler = fleet.scheduler();
  fleet.worker();
  await untilVerdict(fleet, 'complete');
  const newKey = { _id: { $nin: ['stream', 'value', 'gone', 'taken'] } };
  const noSecondState = { $or: [{ _id: { $ne: 'taken' } }, { revision: 1 }] };
  await fleet.db.command({ collMod: 'keys', validator: { $and: [newKey, noSecondState] } });

  await fleet.fill('stream', 1, 3);
  await fleet.redis.set('value', 'x');
  await fleet.redis.set('gone', 'x');
  await fleet.redis.set('taken', 'y');
  await fleet.redis.set('neighbor', 'x');
  const letters = fleet.db.collection<{ _id: string }>('dead_letters');
  await until(async () => expect(await letters.countDocuments({ collection: 'keys' })).toBe(4));
  await until(async () => expect(await fleet.key('neighbor')).not.toBeNull());
  const verdict = await untilVerdict(fleet, 'keys-refused');
  const reason = verdict.reasons.find(({ code }) => code === 'keys-refused');
  expect(reason?.what).toBe('MongoDB refuses the documents of 4 keys in the collection keys');
  expect(reason?.remedy).toMatch(/^Code 121, of (stream|value|gone|taken) and others/);
  const { stdout } = await commandOn(fleet, 'status');
  for (const key of ['stream', 'value', 'gone', 'taken'])
    expect(stdout).toMatch(new RegExp(`^${key} +KEY_REFUSED .*code 121.*validator`, 'm'));
  expect((await commandOn(fleet, 'dead-letters', 'list')).stdout).toMatch(/^taken@key +keys +\d+ +121 /m);
  const shown = JSON.parse((await commandOn(fleet, 'dead-letters', 'show', 'value@key', '--json')).stdout);
  expect(shown).toMatchObject({ key: 'value', kind: 'key', record: { lastError: { code: 'KEY_REFUSED' } } });
  await until(async () => expect((await metricsOf(scheduler))('failing_keys')).toBe(4));

  await fleet.redis.del('gone');
  await until(async () => expect(await letters.findOne({ _id: 'gone@key' })).toBeNull());
  await fleet.db.command({ collMod: 'keys', validator: {} });
  await untilVerdict(fleet, 'complete');
  expect(await letters.countDocuments()).toBe(0);
  expect(await fleet.key('taken')).toMatchObject({ status: 'active', lastError: null });
  expect(await fleet.entries('stream')).toBe(3);
  expect((await verdictOn(fleet)).reasons).toEqual([]);
});

it('the dead letter of such a key is replayed by a job', async () => {
  await fleet.redis.set('taken', 'x');
  fleet.scheduler();
  fleet.worker();
  await untilVerdict(fleet, 'complete');
  await fleet.db.command({ collMod: 'keys', validator: { _id: { $ne: 'value' } } });
  await fleet.redis.set('value', 'x');
  await untilVerdict(fleet, 'keys-refused');
  await fleet.db.command({ collMod: 'keys', validator: {} });
  const replayed = await commandOn(fleet, 'dead-letters', 'replay', 'value@key');
  expect(replayed.stdout).toMatch(/value@key +(requested|absent)/);
  await until(async () => expect(await fleet.key('value')).toMatchObject({ lastError: null }));
  await untilVerdict(fleet, 'complete');
});
