import { Buffer } from 'node:buffer';
import { KEY_TYPES, ruleBook } from '@redis-to-mongo/key-types';
import {
  activeAmong,
  findDeadLetters,
  putMessages,
  readDeadLetter,
  readMirroredValue,
  replayDeadLetter,
  rereadKeys,
  syncedIds,
} from '@redis-to-mongo/mongo-sink';
import {
  decodeContent,
  decodeEntry,
  type KeyState,
  namePattern,
  type RuleSpec,
  storedText,
  syncKey,
  syncKeys,
} from '@redis-to-mongo/pipeline';
import { documentsByRule, redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

/** What JavaScript, BSON's serializers and MongoDB's drivers take for something of their own. */
const NAMES = [
  '_bsontype',
  'toBSON',
  'toJSON',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'then',
  'length',
  '$ref',
  '$id',
  '$db',
  '$oid',
  '_id',
];
const VALUES = ['ObjectId', 'Binary', 'Map', 'nonsense', ''];
const READ = { readEntries: 100, readBytes: 8 << 20 };

/** The fields of an entry: each name alone and all together, beside plain ones. */
const ENTRIES = [
  ...NAMES.flatMap((name) => VALUES.map((value) => ['before', '1', name, value, 'after', '2'])),
  NAMES.flatMap((name) => [name, 'ObjectId']),
];

const pairsOf = (flat: readonly string[]) =>
  Array.from({ length: flat.length / 2 }, (_, i) => [
    Buffer.from(flat[2 * i] ?? ''),
    Buffer.from(flat[2 * i + 1] ?? ''),
  ]);

async function fill(key: string) {
  const pipeline = under.redis.pipeline();
  for (const [i, flat] of ENTRIES.entries()) pipeline.xadd(key, `${i + 1}-0`, ...flat);
  await pipeline.exec();
}

async function syncBy(rules: readonly RuleSpec[], key: string) {
  const book = ruleBook(rules);
  const source = redisSource(under.redis, KEY_TYPES, { ...READ, rules: book });
  return await syncKey(await under.line({ source, rules: book }), key, wholeSlice());
}

describe('field names that drivers take for something of their own', () => {
  it('in a stream, on the direct path and on the ordinary one: the same documents', async () => {
    await fill('direct');
    expect(await under.sync('direct')).toMatchObject({ written: ENTRIES.length });
    await fill('ordinary');
    expect(await syncBy([], 'ordinary')).toMatchObject({ written: ENTRIES.length });
    const contents = async (key: string) =>
      (await under.messages(key)).map(({ entryId, content }) => ({ entryId, content }));
    expect(await contents('ordinary')).toEqual(await contents('direct'));
    const decoded = (await contents('direct')).map(({ content }) => decodeContent(content));
    expect(decoded).toEqual(ENTRIES.map(pairsOf));
  });

  it('in a stream under a rule, renamed to and parsed to as well', async () => {
    await fill('ruled');
    await under.redis.xadd('ruled', '900-0', 'payload', '{"_bsontype":"ObjectId"}', 'plain', 'p');
    const rules: RuleSpec[] = [
      {
        pattern: 'ruled',
        fields: { rename: { plain: '_bsontype', before: '__proto__' } },
        parse: { payload: 'json', _bsontype: 'number' },
      },
    ];
    expect(await syncBy(rules, 'ruled')).toMatchObject({ written: ENTRIES.length + 1, dead: 0 });
    const messages = await under.messages('ruled');
    expect(messages.slice(0, -1).map((message) => decodeEntry(message).pairs)).toEqual(ENTRIES.map(pairsOf));
    expect(decodeEntry(messages.at(-1) ?? {}).pairs).toEqual(
      pairsOf(['payload', '{"_bsontype":"ObjectId"}', 'plain', 'p']),
    );
  });

  it.each([
    ['as dead letters, shown and replayed', []],
    ['as dead letters of a rule', [{ pattern: 'dead*', fields: { leave: ['before'] } }]],
  ] satisfies [string, RuleSpec[]][])('%s', async (_, rules) => {
    const key = `dead ${rules.length}`;
    await under.redis.xadd(key, '0-1', 'v', 'makes the collection');
    await under.sync(key);
    await fill(key);
    const refused = { validator: { entryId: { $not: /^\d+-0$/ } }, validationAction: 'error' };
    await under.db.command({ collMod: 'stream_messages', ...refused });
    const report = rules.length > 0 ? await syncBy(rules, key) : await under.sync(key);
    await under.db.command({ collMod: 'stream_messages', validator: {} });
    expect(report).toMatchObject({ written: 0, dead: ENTRIES.length });

    const { letters } = await findDeadLetters(under.db, { name: namePattern(key), limit: 1000 });
    expect(letters).toHaveLength(ENTRIES.length);
    for (const { id } of letters) {
      const record = await readDeadLetter(under.db, id);
      const flat = ENTRIES[Number(String(record?.entryId).slice(0, -2)) - 1] ?? [];
      const kept = rules.length > 0 && flat[0] === 'before' ? flat.slice(2) : flat;
      expect(decodeEntry(record ?? {}).pairs).toEqual(pairsOf(kept));
      expect(await replayDeadLetter(under.db, id, async () => async () => {})).toEqual({ result: 'written' });
    }
    expect(await under.messages(key)).toHaveLength(ENTRIES.length + 1);
    expect(addsUp(await under.state(key))).toBe(true);
  });

  it('in messages that are put back by a repair', async () => {
    await fill('repaired');
    await under.sync('repaired');
    const before = await under.messages('repaired');
    await under.db.collection<{ _id: string }>('stream_messages').deleteMany({ stream: 'repaired' });
    const state: KeyState & Document = await under.state('repaired');
    const read = ENTRIES.map(
      (flat, i) => [`${i + 1}-0`, flat.map((t) => storedText(Buffer.from(t)))] as const,
    );
    const key = { ...state, key: 'repaired' };
    expect(await putMessages(under.db, key, documentsByRule(key, 1, read, undefined))).toBe(0);
    expect(await under.messages('repaired')).toEqual(before);
  });

  it.each([
    ['in one document', 10_000],
    ['in documents of their own', 0],
  ])('of a hash, %s, and as members and items of every other type', async (_, maxInlineMembers) => {
    const { redis, db } = under;
    const suffix = `:${maxInlineMembers}`;
    await redis.hset(`hash${suffix}`, ...NAMES.flatMap((name) => [name, 'ObjectId']));
    for (const name of NAMES) await redis.hset(`hash ${name}${suffix}`, name, 'ObjectId', 'plain', 'p');
    await redis.sadd(`set${suffix}`, ...NAMES);
    await redis.zadd(`zset${suffix}`, ...NAMES.flatMap((name, i) => [i, name]));
    await redis.rpush(`list${suffix}`, ...NAMES);
    await redis.set(`string${suffix}`, '_bsontype');
    const source = redisSource(redis, KEY_TYPES, { ...READ, maxInlineMembers });
    const line = await under.line({ source });
    const expected = {
      hash: NAMES.map((name) => [name, 'ObjectId']),
      set: NAMES.map((name) => [name]),
      zset: NAMES.map((name, i) => [name, String(i)]),
      list: NAMES.map((name) => [name]),
      string: [['_bsontype']],
    } as const;
    const mirrored = async (keyType: 'hash' | 'set' | 'zset' | 'list' | 'string', key: string) => {
      expect(await syncKey(line, key, wholeSlice())).toMatchObject({ result: 'synced', written: 1 });
      const found: string[][] = [];
      const value = await readMirroredValue(db, keyType, { key });
      for await (const item of value?.items() ?? []) found.push(item.map(String));
      return found.sort();
    };
    for (const keyType of ['hash', 'set', 'zset', 'list', 'string'] as const)
      expect(await mirrored(keyType, `${keyType}${suffix}`)).toEqual(
        [...expected[keyType]].map((item) => [...item]).sort(),
      );
    for (const name of NAMES) {
      const expectedFields = [
        [name, 'ObjectId'],
        ['plain', 'p'],
      ].sort();
      expect(await mirrored('hash', `hash ${name}${suffix}`)).toEqual(expectedFields);
    }
  });

  it('a time of expiry beyond what a date holds is the latest one, not 1970', async () => {
    const latest = new Date('9999-12-31T23:59:59.999Z');
    await under.redis.set('late', 'v', 'PXAT', '9000000000000000000');
    await under.redis.xadd('late stream', '1-0', 'v', 'x');
    await under.redis.pexpireat('late stream', '9000000000000000000');
    await syncBy([], 'late');
    expect(await under.state('late')).toMatchObject({ expiresAt: latest });
    expect(await under.db.collection<{ _id: string }>('strings').findOne({ _id: 'late' })).toMatchObject({
      expiresAt: latest,
    });
    await under.sync('late stream');
    expect(await under.state('late stream')).toMatchObject({ expiresAt: latest });
  });
});

it('keys whose names do not fit into one command are asked for all the same, and go together', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `${i}:${'x'.repeat(64 * 1024)}`);
  const line = await under.line({ source: redisSource(under.redis, KEY_TYPES, READ) });
  const ends = async () => {
    const found: Record<string, number> = {};
    await syncKeys(line, names, wholeSlice, (_, end) => {
      const what = 'report' in end ? end.report.result : String(end.error);
      found[what] = (found[what] ?? 0) + 1;
    });
    return found;
  };
  for (const key of names) await under.redis.set(key, '1');
  expect(await ends()).toEqual({ synced: 300 });
  expect(await ends()).toEqual({ unchanged: 300 });
  expect((await activeAmong(under.db, names)).size).toBe(300);
  expect((await syncedIds(under.db, names)).size).toBe(0);
  expect((await rereadKeys(under.db, names)).size).toBe(300);
});
