import { type Step, syncKey } from '@redis-to-mongo/pipeline';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';

const under = lineForTests();

async function add(key: string, ids: readonly string[], value = 'x'): Promise<void> {
  for (const id of ids) await under.redis.xadd(key, id, 'v', value);
}

describe('a stream whose last run wrote entries, but could not save their position', () => {
  /** As by a worker that is killed at this moment. */
  const writeUnsaved = async (key: string) => {
    const at = (step: Step) => {
      if (step === 'before-save') throw new Error('killed');
    };
    await expect(syncKey(await under.line({ at }), key, wholeSlice())).rejects.toThrow('killed');
  };

  it.each([
    ['new', [], 0],
    ['known', ['1-0'], 0],
    ['known, long tailed', ['1-0'], 10_000_000],
  ])(
    'a %s stream, with the same ids: both are kept, each in an incarnation of its own',
    async (name, known, revision) => {
      const key = `unsaved-${name}`;
      if (known.length > 0) {
        await add(key, known, 'known');
        await under.sync(key);
        await under.db.collection('keys').updateOne({ stream: key }, { $inc: { revision } });
        await under.redis.del(key);
      }
      await add(key, ['5-0', '6-0', '7-0'], 'unsaved');
      await writeUnsaved(key);
      await under.redis.del(key);
      await add(key, ['4-0', '5-0', '7-0', '8-0'], 'later');
      expect((await under.sync(key)).result).toBe('overtaken');
      const first = known.length + 1;
      expect(await under.state(key)).toMatchObject({ incarnation: first + 1, position: null });
      expect(await under.sync(key)).toMatchObject({ result: 'synced', written: 4, alreadyThere: 0 });
      const there = (await under.messages(key)).map(({ _id, entryId, content }) => {
        return `${/@[a-z](\d+):/.exec(_id)?.[1]} ${entryId} ${content.v}`;
      });
      expect(there).toEqual([
        ...known.map((id) => `1 ${id} known`),
        ...['5-0', '6-0', '7-0'].map((id) => `${first} ${id} unsaved`),
        ...['4-0', '5-0', '7-0', '8-0'].map((id) => `${first + 1} ${id} later`),
      ]);
      expect((await under.sync(key)).result).toBe('unchanged');
      expect(addsUp(await under.state(key))).toBe(true);
    },
  );

  it('with the same entries: they are there already', async () => {
    await add('same', ['5-0', '6-0'], 'same');
    await writeUnsaved('same');
    await under.redis.del('same');
    await add('same', ['5-0', '6-0', '7-0'], 'same');
    expect(await under.sync('same')).toMatchObject({ result: 'synced', written: 1, alreadyThere: 2 });
    expect(await under.incarnations('same')).toEqual({ 1: ['5-0', '6-0', '7-0'] });
  });

  const syncInterrupted = async (key: string) => await syncKey(await under.line(), key, wholeSlice(), true);

  it.each([
    ['new', []],
    ['known', ['1-0']],
    ['known, longer', ['1-0', '2-0', '3-0', '4-0']],
  ])('a stream that was %s, with other ids: each in an incarnation of its own', async (name, known) => {
    const key = `unsaved, ${name}`;
    if (known.length > 0) {
      await add(key, known);
      await under.sync(key);
      await under.redis.del(key);
    }
    await add(key, ['5-0', '6-0', '7-0']);
    await writeUnsaved(key);
    await under.redis.del(key);
    const later = ['8-0', '9-0', '10-0', '11-0', '12-0'];
    await add(key, later);
    expect(await syncInterrupted(key)).toMatchObject({ result: 'synced', written: 5, alreadyThere: 0 });
    const unsaved = { [known.length > 0 ? 2 : 1]: ['5-0', '6-0', '7-0'] };
    const first = known.length > 0 ? { 1: known } : {};
    expect(await under.incarnations(key)).toEqual({
      ...first,
      ...unsaved,
      [known.length > 0 ? 3 : 2]: later,
    });
    expect(await syncInterrupted(key)).toMatchObject({ result: 'unchanged' });
    expect(addsUp(await under.state(key))).toBe(true);
  });

  it.each([
    ['lower ids', ['1-0'], []],
    ['higher ids, and trimmed', ['3-0', '4-0', '8-0', '9-0'], ['3-0']],
  ])('with %s', async (name, ids, deleted) => {
    const key = `unsaved, ${name}`;
    await add(key, ['5-0', '6-0']);
    await writeUnsaved(key);
    await under.redis.del(key);
    await add(key, ids);
    for (const id of deleted) await under.redis.xdel(key, id);
    await syncInterrupted(key);
    const left = ids.filter((id) => !deleted.includes(id));
    expect(await under.incarnations(key)).toEqual({ 1: ['5-0', '6-0'], 2: left });
  });

  describe('while MongoDB lost all states, and has the entries of its second incarnation', () => {
    const writeSecond = async (key: string) => {
      await add(key, ['1-0']);
      await under.sync(key);
      await under.redis.del(key);
      await add(key, ['5-0', '6-0'], 'second');
      await writeUnsaved(key);
      await under.db.collection('keys').deleteOne({ _id: key as never });
      await under.db.collection('stream_messages').deleteOne({ stream: key, entryId: '1-0' });
    };

    it('it goes on there: no entry is there twice', async () => {
      await writeSecond('goes on');
      await add('goes on', ['7-0'], 'second');
      // A key whose name begins as this one has its messages in the same range.
      await add('goes on@b', ['1-0']);
      await under.sync('goes on@b');
      expect(await syncInterrupted('goes on')).toMatchObject({ written: 1, alreadyThere: 2 });
      expect(await under.incarnations('goes on')).toEqual({ 2: ['5-0', '6-0', '7-0'] });
      expect(await under.state('goes on')).toMatchObject({ incarnation: 2, status: 'active' });
      expect(await syncInterrupted('goes on')).toMatchObject({ result: 'unchanged' });
    });

    it('made again since, it begins as a new stream: none of these entries is read again', async () => {
      await writeSecond('new');
      await under.redis.del('new');
      await add('new', ['8-0', '9-0']);
      expect(await syncInterrupted('new')).toMatchObject({ written: 2, alreadyThere: 0 });
      expect(await under.incarnations('new')).toEqual({ 1: ['8-0', '9-0'], 2: ['5-0', '6-0'] });
    });

    it.each(['known', 'to be read again'])(
      'and those of its own, %s, it stays: none is there twice',
      async (how) => {
        const key = `stays, ${how}`;
        await add(key, ['1-0', '2-0']);
        await under.sync(key);
        const [message] = await under.messages(key);
        await under.db
          .collection('stream_messages')
          .insertOne({ ...message, _id: `${key}@b10:a1-a0` as never });
        if (how !== 'known')
          await under.db.collection('keys').updateOne({ stream: key }, { $set: { position: null } });
        await syncInterrupted(key);
        expect(await under.state(key)).toMatchObject({ incarnation: 1, position: { entryId: '2-0' } });
        expect(await under.incarnations(key)).toEqual({ 1: ['1-0', '2-0'], 10: ['1-0'] });
      },
    );

    it('or has an older state: its unread entries are a gap, and it goes on there', async () => {
      await writeSecond('older');
      await under.redis.del('older');
      await add('older', ['5-0', '6-0'], 'second');
      await add('other', ['1-0']);
      await under.sync('other');
      const former = { ...(await under.state('other')), _id: 'older' as never, stream: 'older', lag: 3 };
      await under.db.collection('keys').insertOne(former);
      expect(await syncInterrupted('older')).toMatchObject({ written: 0, alreadyThere: 2 });
      expect(await under.incarnations('older')).toEqual({ 2: ['5-0', '6-0'] });
      expect(await under.state('older')).toMatchObject({ incarnation: 2, counts: { gap: 3 } });
    });
  });

  it('and not made again, but trimmed and deleted from: it stays in its incarnation', async () => {
    await add('trimmed', ['5-0', '6-0', '7-0', '8-0']);
    await writeUnsaved('trimmed');
    await under.redis.xtrim('trimmed', 'MAXLEN', 2);
    await under.redis.xdel('trimmed', '8-0');
    await add('trimmed', ['9-0']);
    await syncInterrupted('trimmed');
    expect(await under.incarnations('trimmed')).toEqual({ 1: ['5-0', '6-0', '7-0', '8-0', '9-0'] });
  });
});
