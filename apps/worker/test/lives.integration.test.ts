import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addsUp, type LineUnderTest, lineUnderTest } from './line-under-test.js';

let under: LineUnderTest;
beforeAll(async () => {
  under = await lineUnderTest();
});
afterAll(async () => {
  await under.close();
});

async function add(key: string, ids: readonly string[], value = 'x'): Promise<void> {
  for (const id of ids) await under.redis.xadd(key, id, 'v', value);
}

async function lives(key: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { _id, entryId } of await under.messages(key)) {
    const life = /@[a-z](\d+):/.exec(_id)?.[1] ?? '?';
    found[life] = [...(found[life] ?? []), entryId];
  }
  return found;
}

describe('the lives of a stream', () => {
  it('deleted, noticed, and made again: the next incarnation, with the periods of activity', async () => {
    await add('a', ['1-0', '2-0']);
    await under.sync('a');
    await under.redis.del('a');
    expect((await under.sync('a')).result).toBe('deleted');
    expect((await under.sync('a')).result).toBe('absent');
    expect(await under.state('a')).toMatchObject({ status: 'deleted', activity: [{ end: 'deleted' }] });
    await add('a', ['1-0', '2-0', '3-0']);
    await under.sync('a');
    expect(await lives('a')).toEqual({ 1: ['1-0', '2-0'], 2: ['1-0', '2-0', '3-0'] });
    const state = await under.state('a');
    expect(state).toMatchObject({ status: 'active', incarnation: 2, counts: { seen: 5 } });
    expect(state.activity).toMatchObject([
      { incarnation: 1, to: expect.any(Date), end: 'deleted' },
      { incarnation: 2, to: null, end: null },
    ]);
    expect(addsUp(state)).toBe(true);
  });

  it('deleted and made again between two looks, with fewer entries', async () => {
    await add('b', ['1-0', '2-0', '3-0']);
    await under.sync('b');
    await under.redis.del('b');
    await add('b', ['1-0', '2-0']);
    await under.sync('b');
    expect(await lives('b')).toEqual({ 1: ['1-0', '2-0', '3-0'], 2: ['1-0', '2-0'] });
    expect((await under.state('b')).activity).toMatchObject([{ end: 'rewound' }, { end: null }]);
  });

  it('deleted and made again between two looks, with more and later entries', async () => {
    await add('c', ['1-0', '2-0', '3-0']);
    await under.sync('c');
    await under.redis.del('c');
    await add('c', ['11-0', '12-0', '13-0', '14-0']);
    const report = await under.sync('c');
    expect(report.gaps).toEqual([]);
    expect(await lives('c')).toEqual({ 1: ['1-0', '2-0', '3-0'], 2: ['11-0', '12-0', '13-0', '14-0'] });
  });

  it('deleted and made again with the very same ids and more, but other content', async () => {
    await add('d', ['1-0', '2-0', '3-0'], 'first life');
    await under.sync('d');
    await under.redis.del('d');
    await add('d', ['1-0', '2-0', '3-0', '4-0'], 'second life');
    await under.sync('d');
    expect(await lives('d')).toEqual({ 1: ['1-0', '2-0', '3-0'], 2: ['1-0', '2-0', '3-0', '4-0'] });
  });

  it('restored from an older dump', async () => {
    await add('e', ['1-0', '2-0']);
    const dump = await under.redis.dumpBuffer('e');
    if (!dump) throw new Error('no dump');
    await add('e', ['3-0', '4-0']);
    await under.sync('e');
    await under.redis.restore('e', 0, dump, 'REPLACE');
    await add('e', ['3-1']);
    await under.sync('e');
    expect(await lives('e')).toEqual({ 1: ['1-0', '2-0', '3-0', '4-0'], 2: ['1-0', '2-0', '3-1'] });
  });

  it('set back by XSETID', async () => {
    await add('f', ['5-0', '6-0']);
    await under.sync('f');
    // Newer servers refuse an id below that of an entry that XDEL removed; a trim does not count there.
    await under.redis.xtrim('f', 'MAXLEN', 0);
    await under.redis.call('XSETID', 'f', '5-0');
    await add('f', ['5-1']);
    await under.sync('f');
    expect(await lives('f')).toEqual({ 1: ['5-0', '6-0'], 2: ['5-1'] });
  });

  it('set ahead by XSETID stays the same life, and loses nothing', async () => {
    await add('g', ['5-0']);
    await under.sync('g');
    await under.redis.call('XSETID', 'g', '9-0');
    await add('g', ['9-1']);
    await under.sync('g');
    expect(await lives('g')).toEqual({ 1: ['5-0', '9-1'] });
  });

  it('turned into a set and back', async () => {
    await add('h', ['1-0']);
    await under.sync('h');
    await under.redis.del('h');
    await under.redis.sadd('h', 'm');
    await under.sync('h');
    expect(await under.state('h')).toMatchObject({ keyType: 'set', incarnation: 2 });
    await under.redis.del('h');
    await add('h', ['1-0']);
    await under.sync('h');
    expect(await under.state('h')).toMatchObject({ keyType: 'stream', incarnation: 3, status: 'active' });
    expect(await lives('h')).toEqual({ 1: ['1-0'], 3: ['1-0'] });
    expect(await under.db.collection<{ _id: string }>('sets').findOne({ _id: 'h' })).toMatchObject({
      active: false,
      members: [],
    });
  });

  it('renamed: a deletion and a creation', async () => {
    await add('i', ['1-0', '2-0']);
    await under.sync('i');
    await under.redis.rename('i', 'j');
    await under.sync('i');
    await under.sync('j');
    expect((await under.state('i')).status).toBe('deleted');
    expect(await lives('j')).toEqual({ 1: ['1-0', '2-0'] });
  });

  it('ended with entries unread: they are a gap, at least as many as were seen', async () => {
    await add('k', ['1-0', '2-0', '3-0', '4-0', '5-0']);
    await under.sync('k', { entries: 2 });
    await under.redis.del('k');
    expect((await under.sync('k')).gaps).toMatchObject([
      { entries: 3, cause: 'ended', after: '2-0', exact: false },
    ]);
    expect((await under.state('k')).counts).toMatchObject({ seen: 2, gap: 3 });
  });

  it('flushed with everything else, and filled anew', async () => {
    await add('l', ['1-0', '2-0']);
    await under.sync('l');
    await under.redis.flushall();
    await add('l', ['1-0']);
    await under.sync('l');
    expect(await lives('l')).toEqual({ 1: ['1-0', '2-0'], 2: ['1-0'] });
  });

  it('empty from the start, then used', async () => {
    await add('m', ['1-0']);
    await under.redis.xdel('m', '1-0');
    await under.sync('m');
    expect(await under.state('m')).toMatchObject({ status: 'active', counts: { seen: 0, gap: 0 } });
    await add('m', ['2-0']);
    await under.sync('m');
    expect(await lives('m')).toEqual({ 1: ['2-0'] });
  });
});
