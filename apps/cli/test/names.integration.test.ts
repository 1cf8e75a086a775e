import { Buffer } from 'node:buffer';
import { keyIdOf } from '@redis-to-mongo/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, targetForTests } from './cli-under-test.js';

/** Names that a Redis takes, and that something on the way to a person might not. */
const NAMES: readonly Buffer[] = [
  '',
  ' ',
  '   ',
  ' both ends ',
  'two  spaces',
  'line\nbreak',
  'line\n',
  '\n',
  'carriage\r\n',
  'tab\t',
  'nul\0inside',
  'separator\u2028line',
  '\u202eturned',
  '\u3164',
  'orders',
  'orders\n',
  'orders@eu',
  'orders@a1:m1700000000000-a0',
  'orders@a1:x',
  'orders[1]',
  'orders*',
  'orders?',
  'a[b',
  '[z-a]',
  'back\\slash',
  '-dash',
  '--all',
  '$where.$gt',
  '.',
  '__proto__',
  'base64:b3JkZXJz',
  'naïve ☃ 😀',
  Buffer.from([0xff]),
  Buffer.from([0x6f, 0x72, 0x64, 0x65, 0x72, 0x73, 0xff, 0x0a]),
  'x'.repeat(65_536),
  `${'y'.repeat(65_536)}\n`,
  `${'z['.repeat(32_768)}`,
].map((name) => Buffer.from(name));

let cli: CliUnderTest;
const target = targetForTests();

beforeAll(async () => {
  cli = await cliUnderTest();
  for (const [i, name] of NAMES.entries())
    if (i % 2 === 0) await cli.redis.xadd(name, '1-1', 'n', String(i));
    else await cli.redis.sadd(name, String(i));
});
afterAll(() => cli.close());

const ids = NAMES.map(keyIdOf).sort();
const namesOf = (found: unknown) => (found as { key: string }[]).map(({ key }) => key).sort();

test('keys of all names are mirrored, compared, listed, paused, resumed and restored', async () => {
  const { keys } = await cli.json('once');
  expect(namesOf(keys)).toEqual(ids);
  expect(keys).toEqual(NAMES.map(() => expect.objectContaining({ result: 'synced' })));
  expect((await cli.run('verify', '*', '--settle', '0')).stdout).toBe(
    `${NAMES.length} keys compared: all equal\n`,
  );
  expect(namesOf((await cli.json('keys', '*')).keys)).toEqual(ids);
  expect((await cli.json('keys', '*')).total).toBe(NAMES.length);
  expect((await cli.json('pause', '*')).keys).toEqual(ids.map((key) => ({ key, done: 'paused' })));
  expect((await cli.json('resume', '*')).keys).toEqual(ids.map((key) => ({ key, done: 'resumed' })));
  expect((await cli.run('restore', '*', '--to', target.url)).code).toBe(0);
  const there = await target.redis.keysBuffer('*');
  expect(there.map(keyIdOf).sort()).toEqual(ids);
});

describe.each(NAMES.map((name) => ({ name, shown: JSON.stringify(keyIdOf(name).slice(0, 30)) })))(
  'the key $shown',
  ({ name }) => {
    const key = keyIdOf(name);
    // A person writes the name; one that is not text by its id.
    const written = key.startsWith('base64:') && name.toString() !== '' ? key : name.toString();

    test('is found by its name alone, by all commands', async () => {
      if (written.includes('\0')) return; // no command line holds it
      expect((await cli.json('explain', '--', written)).state).toMatchObject({ key });
      const found = await cli.json('keys', '--', written);
      expect(namesOf(found.keys)).toContain(key);
      expect(namesOf((await cli.json('pause', '--', written)).keys)).toContain(key);
      expect(namesOf((await cli.json('resume', '--', written)).keys)).toContain(key);
      expect((await cli.json('sync', '--', written)).asked).toEqual([key]);
      const lines = (await cli.run('keys', '--', written)).stdout.split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400);
      expect(lines).toHaveLength(Number(found.total) + 2);
      expect(lines[1]).not.toMatch(/^\s/);
    });
  },
);

test('a pattern means the same for a process and for MongoDB', async () => {
  await cli.run('once');
  for (const pattern of ['line*', 'line?', 'line', '*\n', '?', '[^a]', 'orders*', '*@*', '*[*', '* *', '']) {
    const [listed, synced] = [
      await cli.json('keys', pattern),
      await cli.json('once', pattern, '--allow-none'),
    ];
    expect(namesOf(listed.keys), JSON.stringify(pattern)).toEqual(namesOf(synced.keys));
    expect(listed.total).toBe(namesOf(synced.keys).length);
  }
  expect(namesOf((await cli.json('keys', 'line')).keys)).toEqual([]);
  expect(namesOf((await cli.json('keys', 'orders\n')).keys)).toEqual(['orders\n']);
  // What is not UTF-8 is a character, too.
  expect(namesOf((await cli.json('keys', 'orders?\n')).keys)).toEqual([
    keyIdOf(Buffer.from('6f7264657273ff0a', 'hex')),
  ]);
});

test('a key has one id: another way to write it mirrors nothing twice', async () => {
  const id = keyIdOf(Buffer.from([0xff]));
  for (const name of [id, id.replace(/=*$/, ''), id.replace('/', '_')])
    expect((await cli.json('sync', name)).asked).toEqual([id]);
  expect((await cli.json('explain', 'base64:')).state).toMatchObject({ key: 'base64:' });
});

test('what belongs to a stream whose name is not text is found by the stream’s id', async () => {
  const stream = Buffer.from([0x73, 0xfe]);
  const set = Buffer.concat([stream, Buffer.from(':info:tags')]);
  await cli.redis.xadd(stream, '1-1', 'n', '1');
  await cli.redis.sadd(set, 'a');
  await cli.run('once', 's?*');
  const sets = await cli.db
    .collection<{ _id: string }>('sets')
    .find({ stream: keyIdOf(stream), active: true })
    .toArray();
  expect(sets).toMatchObject([{ _id: keyIdOf(set), type: 'tags', members: ['a'] }]);
});
