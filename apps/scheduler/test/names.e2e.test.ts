import { Buffer } from 'node:buffer';
import { keyIdOf } from '@redis-to-mongo/pipeline';
import { fleetForTests } from '@redis-to-mongo/test-kit';
import { expect, test, vi } from 'vitest';

/** Names that a fleet has to carry through the change feed, sweeps, jobs, claims and logs. */
const NAMES = [
  '',
  '   ',
  'line\nbreak',
  'ends\n',
  'nul\0inside',
  'base64:b3JkZXJz',
  '__proto__',
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0x73, 0x3a, 0xff]),
  'x'.repeat(65_536),
].map((name) => Buffer.from(name));

const fleet = fleetForTests();

test('keys of all names are mirrored by a fleet, and go on being mirrored', async () => {
  const { redis, db } = fleet;
  for (const [i, name] of NAMES.entries())
    if (i % 2 === 0) await redis.xadd(name, '1-1', 'n', '1');
    else await redis.set(name, '1');
  const apps = [fleet.scheduler(), fleet.worker()];
  const keys = db.collection<{ _id: string }>('keys');
  const ids = NAMES.map(keyIdOf).sort();
  await vi.waitFor(
    async () => {
      const known = await keys.find({ status: 'active' }).toArray();
      expect(known.map(({ _id }) => _id).sort()).toEqual(ids);
    },
    { timeout: 60_000, interval: 200 },
  );
  for (const [i, name] of NAMES.entries())
    if (i % 2 === 0) await redis.xadd(name, '2-1', 'n', '2');
    else await redis.set(name, '2');
  await vi.waitFor(
    async () => {
      for (const [i, name] of NAMES.entries()) {
        const key = keyIdOf(name);
        if (i % 2 === 0) expect(await fleet.entries(key), key.slice(0, 40)).toBe(2);
        else
          expect(await db.collection('strings').findOne({ _id: key as never })).toMatchObject({ value: '2' });
      }
    },
    { timeout: 60_000, interval: 200 },
  );
  for (const app of apps) expect(app.output()).not.toMatch(/"level":"error"/);
  expect((await keys.find({ lastError: { $ne: null } }).toArray()).map(({ _id }) => _id)).toEqual([]);
});
