import { readMirrorFacts, recordError } from '@redis-to-mongo/mongo-sink';
import { type KeyType, type Line, SyncError, syncKey, syncKeys } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

async function add(key: string, ids: readonly string[], value = 'x'): Promise<void> {
  for (const id of ids) await under.redis.xadd(key, id, 'v', value);
}

describe('the incarnations of a stream', () => {
  it('deleted, noticed, and made again: the next incarnation, with the periods of activity', async () => {
    await add('a', ['1-0', '2-0']);
    await under.sync('a');
    await under.redis.del('a');
    expect((await under.sync('a')).result).toBe('deleted');
    expect((await under.sync('a')).result).toBe('absent');
    expect(await under.state('a')).toMatchObject({ status: 'deleted', activity: [{ end: 'deleted' }] });
    await add('a', ['1-0', '2-0', '3-0']);
    await under.sync('a');
    expect(await under.incarnations('a')).toEqual({ 1: ['1-0', '2-0'], 2: ['1-0', '2-0', '3-0'] });
    const state = await under.state('a');
    expect(state).toMatchObject({ status: 'active', incarnation: 2, counts: { seen: 5 } });
    expect(state.activity).toMatchObject([
      { incarnation: 1, to: expect.any(Date), end: 'deleted' },
      { incarnation: 2, to: null, end: null },
    ]);
    expect(addsUp(state)).toBe(true);
  });

  it('deleted and created again between two reads, with fewer entries', async () => {
    await add('b', ['1-0', '2-0', '3-0']);
    await under.sync('b');
    await under.redis.del('b');
    await add('b', ['1-0', '2-0']);
    await under.sync('b');
    expect(await under.incarnations('b')).toEqual({ 1: ['1-0', '2-0', '3-0'], 2: ['1-0', '2-0'] });
    expect((await under.state('b')).activity).toMatchObject([{ end: 'rewound' }, { end: null }]);
  });

  it('deleted and made again between two reads, with more and later entries', async () => {
    await add('c', ['1-0', '2-0', '3-0']);
    await under.sync('c');
    await under.redis.del('c');
    await add('c', ['11-0', '12-0', '13-0', '14-0']);
    const report = await under.sync('c');
    expect(report.gaps).toEqual([]);
    expect(await under.incarnations('c')).toEqual({
      1: ['1-0', '2-0', '3-0'],
      2: ['11-0', '12-0', '13-0', '14-0'],
    });
  });

  it('deleted and made again with the very same ids and more, but other content', async () => {
    await add('d', ['1-0', '2-0', '3-0'], 'first incarnation');
    await under.sync('d');
    await under.redis.del('d');
    await add('d', ['1-0', '2-0', '3-0', '4-0'], 'second incarnation');
    await under.sync('d');
    expect(await under.incarnations('d')).toEqual({
      1: ['1-0', '2-0', '3-0'],
      2: ['1-0', '2-0', '3-0', '4-0'],
    });
  });

  it('created and synced by another run while this one waits for its state: it is not deleted', async () => {
    const line = await under.line();
    const load = async (key: string) => {
      await Promise.resolve(); // whatever else is asked at the same time is asked before
      await add(key, ['1-0', '2-0']);
      await under.sync(key);
      return await line.sink.load(key);
    };
    const report = await syncKey({ ...line, sink: { ...line.sink, load } }, 'awaited', wholeSlice());
    expect(report.result).toBe('unchanged');
    await under.sync('awaited');
    expect(await under.incarnations('awaited')).toEqual({ 1: ['1-0', '2-0'] });
  });

  it('made again, and found out when the time of the slice is over already', async () => {
    await add('slow', ['1-0', '2-0'], 'first incarnation');
    await under.sync('slow');
    await under.redis.del('slow');
    await add('slow', ['1-0', '2-0', '3-0'], 'second incarnation');
    expect(await under.sync('slow', { ms: 0 })).toMatchObject({ result: 'synced', seen: 3, lag: 0 });
    expect(await under.incarnations('slow')).toEqual({ 1: ['1-0', '2-0'], 2: ['1-0', '2-0', '3-0'] });
  });

  it('made again twice within one slice: each time the next incarnation', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}-0`);
    await add('twice', ids(4), 'first');
    await under.sync('twice');
    await under.redis.del('twice');
    await add('twice', ids(12), 'second');
    let writes = 0;
    const line = await under.line({
      readEntries: 2,
      at: async (step) => {
        if (step !== 'after-write' || ++writes > 1) return;
        await under.redis.del('twice');
        await add('twice', ids(14), 'third');
      },
    });
    await syncKey(line, 'twice', wholeSlice());
    await under.sync('twice');
    const found = await under.incarnations('twice');
    expect(Object.keys(found)).toEqual(['1', '2', '3']);
    expect(found[3]).toEqual(ids(14));
    const state = await under.state('twice');
    expect(state).toMatchObject({ incarnation: 3, status: 'active' });
    expect(addsUp(state)).toBe(true);
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
    expect(await under.incarnations('e')).toEqual({
      1: ['1-0', '2-0', '3-0', '4-0'],
      2: ['1-0', '2-0', '3-1'],
    });
  });

  it('set back by XSETID', async () => {
    await add('f', ['5-0', '6-0']);
    await under.sync('f');
    // Newer servers refuse an id below that of an entry that XDEL removed; a trim does not count there.
    await under.redis.xtrim('f', 'MAXLEN', 0);
    await under.redis.call('XSETID', 'f', '5-0');
    await add('f', ['5-1']);
    await under.sync('f');
    expect(await under.incarnations('f')).toEqual({ 1: ['5-0', '6-0'], 2: ['5-1'] });
  });

  it.each(['9007199254740992', '9223372036854775807'])(
    'whose counter XSETID set to %s, more than a number holds, is read on, with estimated gaps',
    async (added) => {
      const key = `counted ${added}`;
      const now = Date.now();
      await under.add(key, now + 1, now + 3);
      await under.sync(key);
      await under.redis.call('XSETID', key, `${now + 3}-0`, 'ENTRIESADDED', added, 'MAXDELETEDID', '0-0');
      await under.add(key, now + 4, now + 6);
      expect(await under.sync(key)).toMatchObject({ seen: 3, gaps: [], begunIncarnation: false });
      await under.add(key, now + 7, now + 20);
      await under.redis.xtrim(key, 'MAXLEN', 5);
      const { gaps } = await under.sync(key);
      expect(gaps).toMatchObject([{ exact: false }]);
      expect(await under.state(key)).toMatchObject({ incarnation: 1, lag: 0, lastError: null });
    },
  );

  it('set ahead by XSETID stays the same incarnation, and loses nothing', async () => {
    await add('g', ['5-0']);
    await under.sync('g');
    await under.redis.call('XSETID', 'g', '9-0');
    await add('g', ['9-1']);
    await under.sync('g');
    expect(await under.incarnations('g')).toEqual({ 1: ['5-0', '9-1'] });
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
    expect(await under.incarnations('h')).toEqual({ 1: ['1-0'], 3: ['1-0'] });
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
    expect(await under.incarnations('j')).toEqual({ 1: ['1-0', '2-0'] });
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

  it('flushed with everything else, and filled again', async () => {
    await add('l', ['1-0', '2-0']);
    await under.sync('l');
    await under.redis.flushall();
    await add('l', ['1-0']);
    await under.sync('l');
    expect(await under.incarnations('l')).toEqual({ 1: ['1-0', '2-0'], 2: ['1-0'] });
  });

  it.each(['stream', 'set'])(
    'a %s that failed when it was created again fails no longer once it is gone',
    async (type) => {
      const key = `failed-${type}`;
      if (type === 'stream') await add(key, ['1-0']);
      else await under.redis.sadd(key, 'a');
      const sync = async () =>
        await syncKeys(
          await under.line(),
          [key],
          () => wholeSlice(),
          () => {},
        );
      await sync();
      await under.redis.del(key);
      await sync();
      await recordError(under.db, key, new SyncError('VALUE_KEEPS_CHANGING', 'unknown', 'it kept changing'));
      expect(await readMirrorFacts(under.db, { worst: 1, paused: 1 })).toMatchObject({ failing: 1 });
      await sync();
      expect(await readMirrorFacts(under.db, { worst: 1, paused: 1 })).toMatchObject({ failing: 0 });
      expect(await under.state(key)).toMatchObject({ status: 'deleted', lastError: null });
    },
  );

  it('empty from the start, then used', async () => {
    await add('m', ['1-0']);
    await under.redis.xdel('m', '1-0');
    await under.sync('m');
    expect(await under.state('m')).toMatchObject({ status: 'active', counts: { seen: 0, gap: 0 } });
    await add('m', ['2-0']);
    await under.sync('m');
    expect(await under.incarnations('m')).toEqual({ 1: ['2-0'] });
  });

  describe('made again between two reads, and alike', () => {
    /** Entries by id, with other content in the second incarnation where it is named. */
    const live = async (key: string, ids: readonly string[], other: readonly string[] = []) => {
      for (const id of ids) await under.redis.xadd(key, id, 'v', other.includes(id) ? 'second' : 'first');
    };
    const contents = async (key: string) =>
      (await under.messages(key)).map(
        ({ _id, content }) => `${/@[a-z](\d+):/.exec(_id)?.[1]} ${JSON.stringify(content)}`,
      );

    it.each<[string, string[], string[], string[]]>([
      ['with the same last entry', ['1-0', '5-0'], ['1-0', '5-0'], ['1-0']],
      ['with the same last entry, and one more before it', ['1-0', '5-0'], ['1-0', '3-0', '5-0'], ['1-0']],
      ['with the same entries but for one more in between', ['1-0', '5-0'], ['1-0', '3-0', '5-0'], []],
      ['with the same first and last entry', ['1-0', '3-0', '5-0'], ['1-0', '3-0', '5-0'], ['3-0']],
      ['with the same first and last entry, and other ids', ['1-0', '3-0', '5-0'], ['1-0', '4-0', '5-0'], []],
      ['with fewer entries of the same ids', ['1-0', '3-0', '5-0'], ['1-0', '5-0'], ['1-0', '5-0']],
      ['with an earlier first entry', ['2-0', '3-0', '5-0'], ['1-0', '3-0', '5-0'], []],
      ['with the same entries, and later ones', ['1-0', '5-0'], ['1-0', '5-0', '6-0', '7-0'], ['1-0']],
    ])('%s', async (key, before, after, other) => {
      await live(key, before);
      await under.sync(key);
      await under.redis.del(key);
      await live(key, after, other);
      const report = await under.sync(key);
      expect(report.gaps).toEqual([]);
      expect(await under.incarnations(key)).toEqual({ 1: before, 2: after });
      const first = before.map(() => '1 {"v":"first"}');
      const second = after.map((id) => `2 {"v":"${other.includes(id) ? 'second' : 'first'}"}`);
      expect(await contents(key)).toEqual([...first, ...second]);
      expect((await under.sync(key)).result).toBe('unchanged');
    });

    it('of a thousand entries seventy in a row are others: enough to meet one that is remembered, of about sixteen', async () => {
      const ids = Array.from({ length: 1000 }, (_, i) => `${i + 1}-0`);
      await live('many', ids);
      await under.sync('many');
      await under.redis.del('many');
      await live('many', ids, ids.slice(300, 370));
      await under.sync('many');
      expect((await under.state('many')).incarnation).toBe(2);
    });

    it('the very same stream, trimmed, thinned out and read again and again, stays in its incarnation', async () => {
      const ids = Array.from({ length: 300 }, (_, i) => `${i + 1}-0`);
      for (let from = 0; from < 300; from += 30) {
        await live('steady', ids.slice(from, from + 30));
        await under.sync('steady', { entries: 7 });
        for (let i = 0; i < 10; i++) await under.sync('steady', { entries: 7 });
        await under.redis.xtrim('steady', 'MAXLEN', 100);
        await under.redis.xdel('steady', `${from + 3}-0`, `${from + 30}-0`);
        expect((await under.sync('steady')).result).toBe('unchanged');
      }
      expect(await under.state('steady')).toMatchObject({ incarnation: 1, counts: { seen: 300, gap: 0 } });
    });

    it('renamed over another stream: a loss that it brings along from elsewhere is not reported as exact', async () => {
      await live('target', ['1-0']);
      await under.sync('target');
      const ids = Array.from({ length: 500 }, (_, i) => `${i + 2}-0`);
      await live('source', ids);
      await under.redis.xtrim('source', 'MAXLEN', 250);
      await under.redis.rename('source', 'target');
      const { gaps } = await under.sync('target');
      expect(gaps).toMatchObject([{ exact: false, after: '1-0', upTo: '251-18446744073709551615' }]);
      expect((await under.messages('target')).length).toBe(251);
    });

    it('renamed over another stream that was longer: the next incarnation, and nothing of the first is lost', async () => {
      await live('longer', ['1-0', '2-0', '3-0', '4-0']);
      await under.sync('longer');
      await live('shorter', ['2-0', '9-0'], ['2-0']);
      await under.redis.rename('shorter', 'longer');
      expect((await under.sync('longer')).gaps).toEqual([]);
      expect(await under.incarnations('longer')).toEqual({
        1: ['1-0', '2-0', '3-0', '4-0'],
        2: ['2-0', '9-0'],
      });
    });
  });
});

describe('keys of a type that is no longer mirrored', () => {
  const only = async (...types: readonly KeyType[]) =>
    await under.line({ source: redisSource(under.redis, types, { readEntries: 100, readBytes: 1 << 20 }) });
  const syncBy = async (line: Line, key: string) => await syncKey(line, key, wholeSlice());

  it('keep what MongoDB has of them, and go on from there once it is mirrored again', async () => {
    await add('left', ['1-0', '2-0']);
    await under.sync('left');
    const before = await under.state('left');
    const sets = await only('set');
    expect(await syncBy(sets, 'left')).toMatchObject({ result: 'unsupported', state: undefined });
    const ends: string[] = [];
    await syncKeys(sets, ['left'], wholeSlice, (_, end) => {
      ends.push('report' in end ? end.report.result : 'failed');
    });
    expect(ends).toEqual(['unsupported']);
    expect(await under.state('left')).toEqual(before);
    await add('left', ['3-0']);
    expect(await under.sync('left')).toMatchObject({ result: 'synced', seen: 1 });
    expect(await under.incarnations('left')).toEqual({ 1: ['1-0', '2-0', '3-0'] });
  });

  it('keep it when they go, too: nobody can say what became of their values', async () => {
    await under.redis.sadd('left:set', 'a');
    await under.sync('left:set');
    const before = await under.state('left:set');
    await under.redis.del('left:set');
    const streams = await only('stream');
    expect((await syncBy(streams, 'left:set')).result).toBe('unsupported');
    expect(await under.state('left:set')).toEqual(before);
    expect((await under.sync('left:set')).result).toBe('deleted');
    const value = await under.db.collection<{ _id: string }>('sets').findOne({ _id: 'left:set' });
    expect(value).toMatchObject({ active: false, members: [] });
  });

  it('leave no active value behind where they become of one that is', async () => {
    await under.redis.sadd('left:changed', 'a');
    await under.sync('left:changed');
    await under.redis.del('left:changed');
    await add('left:changed', ['1-0']);
    expect((await syncBy(await only('stream'), 'left:changed')).result).toBe('synced');
    expect(await under.state('left:changed')).toMatchObject({ keyType: 'stream', incarnation: 2 });
    const value = await under.db.collection<{ _id: string }>('sets').findOne({ _id: 'left:changed' });
    expect(value).toMatchObject({ active: false, members: [] });
  });
});
