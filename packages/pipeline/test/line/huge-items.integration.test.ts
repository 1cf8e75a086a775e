import { Buffer } from 'node:buffer';
import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import { findDeadLetters, readDeadLetter, readMirroredValue } from '@redis-to-mongo/mongo-sink';
import { decodeEntry, namePattern, type RuleSpec, syncKey } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

const MB = 1_000_000;
/** Text that is cut within characters, and bytes that are none. */
const text = (bytes: number, first: string) => Buffer.concat([Buffer.from(first), Buffer.alloc(bytes, 'é')]);
const raw = (bytes: number) => Buffer.alloc(bytes, Buffer.from([0xff, 0x00, 0x41]));

type ValueType = 'hash' | 'set' | 'zset' | 'list' | 'string';
async function mirrored(keyType: ValueType, key: string, rules: readonly RuleSpec[] = []) {
  const source = redisSource(under.redis, KEY_TYPES, {
    ...{ readEntries: 100, readBytes: 8 << 20 },
    rules: ruleBook(rules),
  });
  const report = await syncKey(await under.line({ source }), key, wholeSlice());
  expect(report).toMatchObject({ seen: 1, written: 1, dead: 0 });
  const items: (readonly Buffer[])[] = [];
  const value = await readMirroredValue(under.db, keyType, { key });
  for await (const item of value?.items() ?? []) items.push(item);
  return items;
}

/** Equal, without printing megabytes where they are not. */
function expectSame(found: readonly (readonly Buffer[])[], expected: readonly (readonly Buffer[])[]) {
  const sorted = (items: readonly (readonly Buffer[])[]) =>
    [...items].sort(([a], [b]) => Buffer.compare(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0)));
  const lengths = (items: readonly (readonly Buffer[])[]) =>
    sorted(items).map((item) => item.map(({ length }) => length));
  expect(lengths(found)).toEqual(lengths(expected));
  const others = sorted(expected);
  const isSame = sorted(found).every((item, i) =>
    item.every((bytes, n) => bytes.equals(others[i]?.[n] ?? bytes)),
  );
  expect(isSame).toBe(true);
}

describe('items larger than a document of MongoDB', () => {
  it('a hash with fields whose names are, its small fields beside them', async () => {
    const fields = [
      [Buffer.from('small'), Buffer.from('1')],
      [text(17 * MB, 'a'), Buffer.from('name')],
      [text(17 * MB, 'b'), Buffer.from('another name')],
      [text(9 * MB, 'c'), text(9 * MB, 'both')],
      [raw(5 * MB), raw(20 * MB)],
      [text(3 * MB, 'd'), text(17 * MB, 'value')],
      [text(9 * MB, 'e'), Buffer.alloc(0)],
      [Buffer.alloc(0), text(9 * MB, 'no name')],
    ] as const;
    for (const [field, value] of fields) await under.redis.hset('hash', field, value);
    expectSame(await mirrored('hash', 'hash'), fields);
    await under.redis.hset('hash', 'more', '2');
    await under.redis.hdel('hash', fields[1][0]);
    const rest = fields.filter((_, i) => i !== 1);
    expectSame(await mirrored('hash', 'hash'), [...rest, [Buffer.from('more'), Buffer.from('2')]]);
    expect(addsUp(await under.state('hash'))).toBe(true);
  });

  it('members of sets and sorted sets, several of the same size', async () => {
    const members = [text(17 * MB, 'a'), text(17 * MB, 'b'), raw(17 * MB), Buffer.from('small')];
    for (const member of members) await under.redis.sadd('set', member);
    for (const [i, member] of members.entries()) await under.redis.zadd('zset', i, member);
    expectSame(
      await mirrored('set', 'set'),
      members.map((member) => [member]),
    );
    expectSame(
      await mirrored('zset', 'zset'),
      members.map((member, i) => [member, Buffer.from(`${i}`)]),
    );
  });

  it('items of lists, the same one twice, and strings', async () => {
    const items = [text(17 * MB, 'a'), Buffer.from('small'), text(17 * MB, 'a'), raw(9 * MB)];
    for (const item of items) await under.redis.rpush('list', item);
    expectSame(
      await mirrored('list', 'list'),
      items.map((item) => [item]),
    );
    await under.redis.set('string', raw(40 * MB));
    expect(Buffer.concat((await mirrored('string', 'string')).flat()).equals(raw(40 * MB))).toBe(true);
  });

  it.each([
    ['as they are', []],
    [
      'under a rule that parses others',
      [{ pattern: '*', types: ['stream'], parse: { n: 'number', j: 'json' }, fields: { leave: ['secret'] } }],
    ],
  ] satisfies [string, RuleSpec[]][])(
    'field names of stream entries, %s: dead letters, whole',
    async (_, rules) => {
      const key = `stream ${rules.length}`;
      const entries = [
        [Buffer.from('n'), Buffer.from('1.5')],
        [text(17 * MB, 'name'), Buffer.from('x'), Buffer.from('n'), Buffer.from('1.50')],
        [raw(9 * MB), raw(9 * MB), Buffer.from('j'), Buffer.from('{"a":[1]}')],
        [Buffer.from('n'), Buffer.from('2')],
        [Buffer.from('v'), text(25 * MB, ''), Buffer.from('n'), Buffer.from('7')],
        [Buffer.from('n'), Buffer.from('3')],
      ];
      for (const [i, flat] of entries.entries()) await under.redis.xadd(key, `${i + 1}-0`, ...flat);
      const book = ruleBook(rules);
      const source = redisSource(under.redis, KEY_TYPES, {
        readEntries: 100,
        readBytes: 8 << 20,
        rules: book,
      });
      const line = await under.line(rules.length > 0 ? { source, rules: book } : {});
      expect(await syncKey(line, key, wholeSlice())).toMatchObject({ seen: 6, written: 3, dead: 3, lag: 0 });
      const { letters } = await findDeadLetters(under.db, { name: namePattern(key), limit: 10 });
      expect(letters).toHaveLength(3);
      for (const { id, entryId } of letters) {
        const flat = entries[Number(entryId.slice(0, -2)) - 1] ?? [];
        const { pairs, isIntact } = decodeEntry((await readDeadLetter(under.db, id)) ?? {});
        expect(isIntact).toBe(true);
        expectSame(
          pairs,
          Array.from({ length: flat.length / 2 }, (_, i) => flat.slice(2 * i, 2 * i + 2)),
        );
      }
      expect(addsUp(await under.state(key))).toBe(true);
    },
  );
});
