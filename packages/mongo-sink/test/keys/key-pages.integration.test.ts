import { KEY_CONDITIONS, type KeyCondition, keyIdOf, namePattern } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import { ORDERS, SORT_FIELDS } from '../../src/keys/key-lists.js';
import { KeyPages } from '../../src/keys/key-pages.js';
import { beginsWith } from '../../src/keys/name-ranges.js';
import { type NameSample, NO_SAMPLE } from '../../src/keys/name-sample.js';
import { countKeys, type KeyPageQuery, readKeyPage } from '../../src/keys/read-key-page.js';
import { mongoForTests } from '../mongo-for-tests.js';

const ODD = [
  Buffer.from([0xff]),
  Buffer.from([0x6f, 0xff]),
  Buffer.from('\ud7ff'),
  Buffer.from('\ue000'),
  Buffer.from('\u{10ffff}'),
  Buffer.from('\u{10ffff}a'),
  Buffer.from('😀'),
  Buffer.from('o*'),
  Buffer.from('line\nbreak'),
  Buffer.from(' '),
  Buffer.from('x'.repeat(65_536)),
  Buffer.alloc(0),
].map(keyIdOf);
const KEYS = 240;

const mongo = mongoForTests(async () => await keys().insertMany(documents()));

function keys() {
  return mongo.db.collection<{ _id: string } & Document>('keys');
}

function documents(): ({ _id: string } & Document)[] {
  const many = Array.from({ length: KEYS }, (_none, i) =>
    document(`o:${String(i * 7919).padStart(8, '0')}`, i),
  );
  return [...many, ...ODD.map((key) => document(key, 1))];
}

/** Most are in step; of those that are not, several are so alike. */
function document(_id: string, i: number): { _id: string } & Document {
  const at = new Date(1_700_000_000_000 + Math.floor(i / 3) * 1000);
  const isFailing = i % 10 === 2;
  return {
    _id,
    keyType: i % 4 === 0 ? 'set' : i % 4 === 1 ? 'hash' : 'stream',
    stream: _id,
    type: 'main',
    status: i % 6 === 0 ? 'deleted' : 'active',
    incarnation: 1,
    revision: 1,
    position: null,
    lag: i % 5 === 3 ? 1 + (i % 4) : 0,
    counts: { seen: i, written: i, alreadyThere: 0, dead: i % 8 === 5 ? i % 3 : 0, gap: i % 7 === 6 ? 2 : 0 },
    lastSyncedAt: at,
    lastChangedAt: at,
    lastError: isFailing
      ? { code: i % 20 === 2 ? 'KEY_QUARANTINED' : 'X', errorClass: 'unknown', message: 'why', at }
      : null,
    pausedAt: i % 9 === 4 ? at : null,
  };
}

/** A few of the names, some of which are gone, as a sample of many would have them. */
function sampleOf(names: readonly string[]): NameSample {
  const some = [...names.filter((_name, i) => i % 9 === 4), 'o:0000', 'gone', 'zzz'];
  const keys = some.map((name) => ({ name: Buffer.from(name), keyType: 'set' }));
  return { total: names.length, keys: keys.sort((a, b) => Buffer.compare(a.name, b.name)) };
}

/** Once as servers read that stop at a page's end, once as those that are asked for little. */
const SAMPLES = [
  ['in one', NO_SAMPLE],
  ['in ranges', sampleOf(documents().map(({ _id }) => _id))],
] as const;

/** The whole list, page by page. */
async function pages(
  query: Omit<KeyPageQuery, 'limit'>,
  limit = 7,
  between?: () => Promise<void>,
  sample = NO_SAMPLE,
) {
  const found: string[][] = [];
  let from: KeyPageQuery['from'];
  do {
    const page = await readKeyPage(mongo.db, { ...query, from, limit }, sample);
    found.push(page.keys.map(({ key }) => key));
    if (!page.isMore) return { found, last: from };
    expect(page.keys.length).toBe(limit);
    from = page.last;
    await between?.();
  } while (from);
  throw new Error('a page has no end');
}

const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function valueIn(one: Document, field: string): number {
  const value: unknown = field
    .split('.')
    .reduce<unknown>((inner, name) => (inner as Document | null)?.[name], one);
  return value instanceof Date ? value.getTime() : Number(value);
}

const FITS: Record<KeyCondition, (one: Document) => boolean> = {
  active: ({ status }) => status === 'active',
  deleted: ({ status }) => status === 'deleted',
  behind: ({ lag }) => lag > 0,
  failing: ({ lastError }) => lastError !== null,
  quarantined: ({ lastError }) => lastError?.code === 'KEY_QUARANTINED',
  gaps: ({ counts }) => counts.gap > 0,
  dead: ({ counts }) => counts.dead > 0,
  paused: ({ pausedAt }) => pausedAt !== null,
};

function expected(condition: KeyCondition | undefined, keyType?: string): string[] {
  const sort = condition ? ORDERS[condition] : 'key';
  return documents()
    .filter((one) => (condition ? FITS[condition](one) : true) && (!keyType || one.keyType === keyType))
    .sort((a, b) => {
      const field = SORT_FIELDS[sort];
      return (sort === 'key' ? 0 : valueIn(b, field) - valueIn(a, field)) || bytes(a._id, b._id);
    })
    .map(({ _id }) => _id);
}

const BOTH_WAYS = [undefined, ...KEY_CONDITIONS].flatMap((condition) =>
  SAMPLES.map(([read, sample]) => ({ condition, read, sample })),
);

test.each(BOTH_WAYS)(
  'the list of "$condition", read $read, has each key once, in its order, in both directions, and counts them',
  async ({ condition, sample }) => {
    for (const keyType of [undefined, 'stream', 'set', 'json'] as const) {
      const all = expected(condition, keyType);
      const { found, last } = await pages({ condition, keyType }, 7, undefined, sample);
      expect(found.flat()).toEqual(all);
      expect(await countKeys(mongo.db, { condition, keyType }, 1000)).toBe(all.length);
      // Back from the last page: that before it.
      if (!last || found.length < 3) continue;
      const first = all[(found.length - 1) * 7];
      const back = { condition, keyType, from: last, before: true, limit: 6 } as const;
      const page = await readKeyPage(mongo.db, back, sample);
      expect(page.keys.map(({ key }) => key)).toEqual(found.at(-2)?.slice(0, -1));
      expect(first).toBe(found.at(-1)?.[0]);
      expect(page.first?.key).toBe(found.at(-2)?.[0]);
    }
  },
);

test.each(SAMPLES)('a list by name from its end, read %s, is the same backwards', async (_read, sample) => {
  const { found } = await pages({ descending: true }, 7, undefined, sample);
  expect(found.flat()).toEqual(expected(undefined).reverse());
});

test('keys that come and go between the pages leave the others as they are: each once, in order', async () => {
  const all = expected(undefined);
  let round = 0;
  const { found } = await pages({}, 20, async () => {
    round++;
    await keys().insertOne(document(`o:${'0'.repeat(7)}0:new ${round}`, 1));
    await keys().deleteMany({ _id: { $regex: `:new ${round - 1}$` } });
  });
  await keys().deleteMany({ _id: { $regex: ':new ' } });
  const seen = found.flat();
  expect(seen.filter((key) => !key.includes(':new '))).toEqual(all);
  expect([...seen].sort(bytes)).toEqual(seen);
});

test('a place whose key has gone is a place all the same', async () => {
  const [, second, third] = expected('behind');
  const { last } = await readKeyPage(mongo.db, { condition: 'behind', limit: 2 });
  expect(last?.key).toBe(second);
  await keys().deleteOne({ _id: second ?? '' });
  const page = await readKeyPage(mongo.db, { condition: 'behind', from: last, limit: 1 });
  expect(page.keys[0]?.key).toBe(third);
  const gone = documents().find(({ _id }) => _id === second);
  if (gone) await keys().insertOne(gone);
});

test.each(['o', 'o:0', 'o*', '\ud7ff', '\u{10ffff}', '😀', 'base64:', ' ', 'x'.repeat(200), 'nobody'])(
  'the search for names that begin with "%s" finds all of them, and no other (%#)',
  async (prefix) => {
    const all = expected(undefined).filter((key) => key.startsWith(prefix));
    for (const [, sample] of SAMPLES)
      expect((await pages({ name: { prefix } }, 50, undefined, sample)).found.flat()).toEqual(all);
    expect(await countKeys(mongo.db, { name: { prefix } }, 1000)).toBe(all.length);
  },
);

test.each(['o:*1', 'o*', 'b*', ' *', 'base64:*', '*9*', 'o?', '*', 'o\\*', '[x]*', '*�'])(
  'the pattern "%s" takes what it takes elsewhere, page by page',
  async (text) => {
    const { prefix, test: takes } = namePattern(text);
    const all = expected(undefined).filter(takes);
    for (const [, sample] of SAMPLES) {
      const name = { prefix, test: takes };
      expect((await pages({ name }, 7, undefined, sample)).found.flat()).toEqual(all);
      const backwards = await pages({ name, descending: true }, 7, undefined, sample);
      expect(backwards.found.flat()).toEqual(all.toReversed());
    }
    const failing = expected('failing').filter(takes);
    const found = await pages({ name: { prefix, test: takes }, condition: 'failing' });
    expect(found.found.flat()).toEqual(failing);
  },
);

test('a search that takes too long reports how far it came, and continues there', async () => {
  const slow = (key: string) => {
    if (key === 'o:00007919') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
    return key === ' ';
  };
  await keys().insertMany(
    Array.from({ length: 600 }, (_none, i) => document(`p:${String(i).padStart(3, '0')}`, 1)),
  );
  const first = await readKeyPage(mongo.db, { name: { prefix: '', test: slow }, limit: 5 });
  expect(first).toMatchObject({ scanned: 500, isMore: true });
  expect(first.keys.map(({ key }) => key)).toEqual([' ']);
  const rest = await readKeyPage(mongo.db, {
    name: { prefix: '', test: (key) => key.startsWith('p:') },
    from: first.last,
    limit: 1000,
  });
  expect(rest).toMatchObject({ isMore: false });
  expect(rest.keys.length).toBeGreaterThan(300);
  await keys().deleteMany({ _id: beginsWith('p:') });
});

test('a damaged document is shown as far as it goes', async () => {
  await keys().insertOne({ _id: 'damaged' });
  const { keys: found } = await readKeyPage(mongo.db, { name: { prefix: 'damaged' }, limit: 5 });
  expect(found).toMatchObject([{ key: 'damaged', lag: 0, error: null }]);
  await keys().deleteOne({ _id: 'damaged' });
});

test('where the source does not report its names, one list waits for them, and no other', async () => {
  let tell = (_answer: { total: number; keys: { key: string; keyType: string }[] }) => {};
  const answer = new Promise<Parameters<typeof tell>[0]>((resolve) => (tell = resolve));
  const lists = new KeyPages(mongo.db, () => answer, 1_000);
  const began = performance.now();
  expect((await lists.readPage({ limit: 5 })).keys).toHaveLength(5);
  expect(performance.now() - began).toBeGreaterThan(990);
  const impatient = new KeyPages(mongo.db, () => answer, 60_000);
  const waiting = impatient.readPage({ limit: 5 });
  expect(await lists.estimateKeys({})).toBeUndefined();
  const some = Array.from({ length: 50 }, (_none, i) => ({ key: `o:${i}`, keyType: 'set' }));
  tell({ total: 5_000, keys: some });
  expect((await waiting).keys).toHaveLength(5);
  expect(await impatient.estimateKeys({})).toBe(5_000);
});
