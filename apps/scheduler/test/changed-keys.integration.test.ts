import { fleetForTests } from '@redis-to-mongo/test-kit';
import { beforeEach, expect, it } from 'vitest';
import { ChangedKeys } from '../src/changed-keys.js';

const fleet = fleetForTests();
let changed: ChangedKeys;
beforeEach(() => {
  const { redis, queue, db } = fleet;
  changed = new ChangedKeys({ redis, queue, db, types: ['hash'] });
});
const choose = () => changed.choose(['key'], false);

/** A run that was requested has met a hash, and is done. */
async function isMirrored(): Promise<void> {
  await fleet.db
    .collection<{ _id: string; status: string }>('keys')
    .insertOne({ _id: 'key', status: 'active' });
  await fleet.queueRedis.del('{r2m}:due');
}

it('a key of a type that is not mirrored costs no job', async () => {
  await fleet.redis.set('key', 'x');
  for (let i = 0; i < 3; i++) expect(await choose()).toEqual([]);
  await fleet.redis.del('key');
  await fleet.redis.hset('key', 'a', '1');
  for (let i = 0; i < 3; i++) expect(await choose()).toEqual(['key']);
});

it('one that was mirrored for a moment is chosen until it is retired, though nobody saw that moment', async () => {
  await fleet.redis.set('key', 'x');
  await fleet.queue.request(['key']);
  expect(await choose()).toEqual(['key']);
  await isMirrored(); // it was a hash, and is none any more
  for (let i = 0; i < 3; i++) expect(await choose()).toEqual(['key']);
  await fleet.db.collection('keys').updateMany({}, { $set: { status: 'deleted' } });
  expect(await choose()).toEqual([]);
});

it('one that is known to be of another type is looked at again once a sweep may have requested it', async () => {
  await fleet.redis.set('key', 'x');
  expect(await choose()).toEqual([]);
  await isMirrored();
  changed.forget();
  expect(await choose()).toEqual(['key']);
});

it('one that the user may not read any more is chosen while MongoDB has it: its run must fail, not pass for in sync', async () => {
  await fleet.redis.call('ACL', 'SETUSER', 'some', 'reset', 'on', '>password', '+@all', '~other*');
  const redis = fleet.redis.duplicate({ username: 'some', password: 'password' });
  try {
    const { queue, db } = fleet;
    changed = new ChangedKeys({ redis, queue, db, types: ['hash'] });
    await fleet.redis.hset('key', 'a', '1');
    expect(await changed.choose(['key'], true)).toEqual([]);
    await isMirrored();
    changed.forget();
    for (let i = 0; i < 3; i++) expect(await changed.choose(['key'], true)).toEqual(['key']);
  } finally {
    redis.disconnect();
    await fleet.redis.call('ACL', 'DELUSER', 'some');
  }
});
