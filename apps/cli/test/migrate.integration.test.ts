import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

const BEFORE = [
  { pattern: 'event*', types: ['stream'], fields: { leave: ['secret'] } },
  { pattern: 'user:*', types: ['hash'] },
];
const AFTER = [
  {
    pattern: 'event*',
    types: ['stream'],
    collection: 'events',
    shape: 'document',
    parse: { price: 'number' },
    fields: { rename: { p: 'price2' }, leave: ['other'] },
  },
  {
    pattern: 'user:*',
    types: ['hash'],
    collection: 'users',
    shape: 'document',
    id: '{1}',
    idType: 'number',
    parse: { age: 'number' },
  },
  { pattern: 'tags', types: ['set'], shape: 'document', fields: { rename: { member: 'tag' } } },
];

let cli: CliUnderTest;
let after: Record<string, string>;

beforeAll(async () => {
  cli = await cliUnderTest({ RULES: JSON.stringify(BEFORE), VALUE_INLINE_MEMBERS: '6' });
  after = { ...cli.env, RULES: JSON.stringify(AFTER), VALUE_INLINE_MEMBERS: '6' };
  const { redis } = cli;
  for (let i = 1; i <= 30; i++)
    await redis.xadd('events', `${i}-1`, 'price', '1.50', 'secret', 's', 'other', 'o');
  await redis.xtrim('events', 'MAXLEN', 20);
  for (let i = 1; i <= 10; i++) await redis.hset(`user:${i}`, 'age', String(i));
  await redis.hset('user:07', 'age', '7');
  await redis.sadd('tags', ...Array.from({ length: 9 }, (_, i) => `t${i}`));
  expect(await cli.run('once')).toMatchObject({ code: 0 });
});
afterAll(() => cli.close());

test('plan counts how many documents are in an old shape, and shows one of each rule as it would be', async () => {
  const { stdout } = await runIn(after, 'plan', '--samples');
  expect(stdout).toContain(
    "20 documents of 1 key are not as rule 1 (event*) would write them now: redis-to-mongo resync 'event*' --yes migrates them in place",
  );
  expect(stdout).toContain('11 documents of 11 keys are not as rule 2 (user:*) would write them now');
  expect(stdout).toContain(
    "1 document of 1 key is not as rule 3 (tags) would write it now: redis-to-mongo resync 'tags' --in-place --yes migrates it in place",
  );
  expect(stdout.match(/"_redis": \{\n {4}"key": "user:/g)).toHaveLength(1);
  expect(stdout).toMatch(/^By rule 2 \(user:\*\), in users$/m);
  expect(stdout).toMatch(/"age": \d+,\n {2}"_redis": \{\n {4}"key": "user:/);
  expect(await cli.run('plan')).toMatchObject({ stdout: expect.not.stringContaining('migrates them') });
  expect(await cli.db.collection('users').countDocuments()).toBe(0);
});

test('explain shows the document as it would be', async () => {
  const { stdout } = await runIn(after, 'explain', 'user:3');
  expect(stdout).toMatch(/documents in the shape document; _id \{1\} as number/);
  expect(stdout).toMatch(/The document as its rule would write it, to users\n.*"_id": 3,\n +"age": 3,/s);
});

test('resync migrates them in place, and at no moment is one missing', async () => {
  const missing: string[] = [];
  let isDone = false;
  const watch = async () => {
    while (!isDone) {
      for (let i = 1; i <= 10; i++) {
        const old = await cli.db
          .collection<{ _id: string }>('hashes')
          .findOne({ _id: `user:${i}`, active: true });
        const now = await cli.db
          .collection<{ _id: number }>('users')
          .findOne({ _id: i, '_redis.active': true });
        // Between the two reads the one may have been followed by the other.
        const again = now ?? (await cli.db.collection<{ _id: number }>('users').findOne({ _id: i }));
        if (!old && !again) missing.push(`user:${i}`);
      }
    }
  };
  const watching = watch();
  const taken = await runIn(after, 'resync', '*', '--yes');
  isDone = true;
  await watching;
  expect(taken, taken.stdout + taken.stderr).toMatchObject({ code: 0 });
  expect(taken.stdout).toContain('13 keys taken over, 32 documents; 0 are as they should be');
  expect(missing).toEqual([]);
  expect(await cli.db.collection('users').findOne({ _id: 3 as never })).toMatchObject({
    age: 3,
    _redis: { key: 'user:3', incarnation: 1 },
  });
  expect(await cli.db.collection('users').findOne({ _id: '07' as never })).toMatchObject({ age: 7 });
  expect(await cli.db.collection('hashes').countDocuments()).toBe(0);
  const events = await cli.db.collection('events').find().sort({ _id: 1 }).toArray();
  expect(events).toHaveLength(20);
  expect(events[0]).toMatchObject({ price: 1.5, _redis: { entryId: '11-1', mapped: { left: 2 } } });
  expect(await cli.db.collection('stream_messages').countDocuments()).toBe(0);
  expect(
    await cli.db
      .collection('set_members')
      .find({ tag: { $exists: true } })
      .count(),
  ).toBe(9);
  expect(await cli.db.collection('set_members').countDocuments()).toBe(9);
  expect(await runIn(after, 'verify', '--settle', '0')).toMatchObject({ code: 0 });
  expect((await runIn(after, 'plan')).stdout).not.toContain('migrates them');
});

test('twice changes nothing, and a key whose new _id is another one’s stays where it was', async () => {
  expect((await runIn(after, 'resync', '*', '--yes')).stdout).toContain(
    '0 keys taken over, 0 documents; 13 are',
  );
  await cli.redis.hset('dup:3', 'age', '33');
  await runIn(after, 'once');
  const hashes = cli.db.collection<{ _id: string }>('hashes');
  const before = await hashes.findOne({ _id: 'dup:3' });
  const clash = { ...after, RULES: JSON.stringify([{ ...AFTER[1], pattern: 'dup:*' }, ...AFTER]) };
  const taken = await runIn(clash, 'resync', 'dup:*', '--yes');
  expect(taken.code, taken.stdout + taken.stderr).toBe(1);
  expect(taken.stderr).toContain('dup:3 was not migrated: see dead-letters list');
  expect(await hashes.findOne({ _id: 'dup:3' })).toEqual(before);
  expect(await cli.db.collection('users').findOne({ _id: 3 as never })).toMatchObject({ age: 3 });
  await runIn(after, 'once');
  expect(await runIn(after, 'verify', '--settle', '0')).toMatchObject({ code: 0 });
});
