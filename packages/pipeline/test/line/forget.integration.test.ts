import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { forgetGoneKeys, forgetKey, markPaused, readMirroredValue } from '@redis-to-mongo/mongo-sink';
import { type Line, syncKey } from '@redis-to-mongo/pipeline';
import { redisSource, type SyncerOptions } from '@redis-to-mongo/redis-source';
import { lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';

const under = lineForTests({ ownMongo: true });

const lineOf = (options: Partial<SyncerOptions> = {}, changes: Partial<Line> = {}) =>
  under.line({
    source: redisSource(under.redis, KEY_TYPES, { readEntries: 100, readBytes: 8 << 20, ...options }),
    ...changes,
  });
const sync = async (key: string, options?: Partial<SyncerOptions>) =>
  await syncKey(await lineOf(options), key, wholeSlice());
const byId = (collection: string, key: string) =>
  under.db.collection<{ _id: string }>(collection).findOne({ _id: key });
const isKnown = async (key: string) => (await byId('keys', key)) !== null;
const soon = () => new Date(Date.now() + 1000);

/** Deletes the key and has it retired. */
async function goes(key: string, options?: Partial<SyncerOptions>) {
  await under.redis.del(key);
  expect(await sync(key, options)).toMatchObject({ result: 'deleted' });
}

describe('keys that are gone', () => {
  it.each(['keep', 'remove'] as const)(
    'are forgotten after their time, with their empty values (GONE_VALUES=%s)',
    async (goneValues) => {
      const keys = Array.from({ length: 40 }, (_, i) => `${goneValues} ${i}`);
      for (const key of keys) {
        await under.redis.set(key, 'v');
        await sync(key, { goneValues });
        await goes(key, { goneValues });
      }
      const early = await forgetGoneKeys(under.db, new Date(Date.now() - 60_000), []);
      expect(early).toEqual({ forgotten: 0, isMore: false });
      expect(await isKnown(keys[0] ?? '')).toBe(true);
      await forgetGoneKeys(under.db, soon(), []);
      const left = { _id: { $in: keys } };
      for (const collection of ['keys', 'strings'])
        expect(await under.db.collection<{ _id: string }>(collection).countDocuments(left)).toBe(0);

      await under.redis.set(keys[0] ?? '', 'again');
      expect(await sync(keys[0] ?? '')).toMatchObject({ result: 'synced', written: 1 });
      expect(await under.state(keys[0] ?? '')).toMatchObject({ incarnation: 1, status: 'active' });
      expect(await byId('strings', keys[0] ?? '')).toMatchObject({ value: 'again', active: true });
    },
  );

  it('are kept with messages, losses, dead letters, history, or paused; and checked again later', async () => {
    const { redis, db } = under;
    await redis.xadd('messages', '1-0', 'v', 'x');
    await sync('messages');
    await goes('messages');

    await redis.xadd('was a stream', '1-0', 'v', 'x');
    await sync('was a stream');
    await redis.del('was a stream');
    await redis.set('was a stream', 'v');
    await sync('was a stream');
    await goes('was a stream');

    await redis.xadd('lossy', '1-0', 'v', 'x');
    await sync('lossy');
    await redis.xadd('lossy', '2-0', 'v', 'x');
    await redis.xadd('lossy', 'MAXLEN', 1, '3-0', 'v', 'x');
    await sync('lossy');
    await goes('lossy');
    await db.collection('stream_messages').deleteMany({ stream: 'lossy' });

    await redis.xadd('refused', '1-0', 'v', Buffer.alloc(17_000_000, 'z'));
    await sync('refused');
    await goes('refused');

    await redis.sadd('history', 'a', 'b');
    await sync('history', { membershipHistory: true });
    await goes('history', { membershipHistory: true });

    await redis.set('paused', 'v');
    await sync('paused');
    await goes('paused');
    expect(await markPaused(db, ['paused'], new Date())).toEqual(new Map([['paused', true]]));

    await redis.set('active', 'v');
    await sync('active');
    await redis.set('back again', 'v');
    await sync('back again');
    await goes('back again');
    await redis.set('back again', 'v');
    await sync('back again');

    expect(await forgetGoneKeys(db, soon(), [])).toMatchObject({ forgotten: 0 });
    for (const [key, why] of [
      ['messages', 'has messages'],
      ['was a stream', 'has messages'],
      ['lossy', 'has losses'],
      ['refused', 'has losses'],
      ['history', 'has history'],
      ['paused', 'paused'],
      ['active', 'active'],
      ['back again', 'active'],
      ['nobody', 'unknown'],
    ] as const)
      expect([key, await forgetKey(db, key, [], { withData: false })]).toEqual([key, why]);
    expect((await under.state('messages')).goneCheckedAt).toBeInstanceOf(Date);
    expect((await under.state('back again')).goneCheckedAt).toBeNull();

    await db.collection('stream_messages').deleteMany({ stream: 'messages' }); // as a time to live does
    expect(await forgetGoneKeys(db, soon(), [])).toMatchObject({ forgotten: 1 });
    expect(await isKnown('messages')).toBe(false);

    for (const key of ['was a stream', 'lossy', 'refused', 'history']) {
      expect(await forgetKey(db, key, [], { withData: true })).toBe('forgotten');
      expect(await isKnown(key)).toBe(false);
      for (const collection of ['stream_messages', 'dead_letters'])
        expect(await db.collection(collection).countDocuments({ stream: key })).toBe(0);
      for (const collection of ['set_members', 'value_fingerprints'])
        expect(await db.collection(collection).countDocuments({ key })).toBe(0);
    }
    expect(await db.collection('dead_letter_parts').countDocuments()).toBe(0);
  });

  it('a stream without messages is forgotten; what begins with its name and an @ is another key', async () => {
    const { redis, db } = under;
    await redis.call('XGROUP', 'CREATE', 'o', 'g', '$', 'MKSTREAM');
    await redis.xadd('o@eu', '1-0', 'v', 'x');
    for (const key of ['o', 'o@eu']) await sync(key);
    for (const key of ['o', 'o@eu']) await goes(key);
    await forgetGoneKeys(db, soon(), []);
    expect([await isKnown('o'), await isKnown('o@eu')]).toEqual([false, true]);
    await redis.xadd('o', '1-0', 'v', 'x');
    await sync('o');
    await goes('o');
    expect(await forgetKey(db, 'o', [], { withData: true })).toBe('forgotten');
    expect(await db.collection('stream_messages').countDocuments({ stream: 'o@eu' })).toBe(1);
  });

  it('is forgotten with all its data, also of incarnations that its document does not know', async () => {
    const { redis, db } = under;
    for (const id of ['1-0', '2-0']) {
      await redis.xadd('set back', id, 'v', id === '1-0' ? 'x' : Buffer.alloc(17_000_000, 'z'));
      await redis.xadd('set back', '9-0', 'v', 'y');
      await sync('set back');
      await goes('set back');
    }
    expect(await db.collection('dead_letters').countDocuments({ stream: 'set back' })).toBe(1);
    // As if `keys` was restored from an older backup than the messages.
    await db.collection<{ _id: string }>('keys').updateOne({ _id: 'set back' }, { $set: { incarnation: 1 } });
    expect(await forgetKey(db, 'set back', [], { withData: true })).toBe('forgotten');
    for (const collection of ['stream_messages', 'dead_letters'])
      expect(await db.collection(collection).countDocuments({ stream: 'set back' })).toBe(0);
  });

  it('is forgotten with all its data by a second try, wherever the first one was stopped', async () => {
    const { redis, db, namespace } = under;
    for (let command = 1, isStopped = true; isStopped; command++) {
      const key = `stopped ${command}`;
      await redis.sadd(key, 'a', 'b', 'c');
      await sync(key, { membershipHistory: true });
      await redis.srem(key, 'a');
      await sync(key, { membershipHistory: true });
      await goes(key, { membershipHistory: true });
      expect(await db.collection('set_members').countDocuments({ key })).toBe(3);

      const client = new MongoClient(namespace.mongoUri, { monitorCommands: true });
      let begun = 0;
      client.on('commandStarted', () => {
        if (++begun === command) void client.close();
      });
      const first = forgetKey(client.db(namespace.mongoDbName), key, [], { withData: true });
      isStopped = (await first.catch(() => 'stopped')) === 'stopped';
      await client.close();
      await forgetKey(db, key, [], { withData: true });
      expect([command, await isKnown(key), await byId('sets', key)]).toEqual([command, false, null]);
      for (const collection of ['set_members', 'value_fingerprints'])
        expect([command, await db.collection(collection).countDocuments({ key })]).toEqual([command, 0]);
    }
  });

  it('in the collection of a rule, of an earlier incarnation too', async () => {
    const { redis, db } = under;
    const rules = [{ pattern: 'ruled', types: ['stream' as const], collection: 'elsewhere' }];
    await redis.xadd('ruled', '1-0', 'v', 'x');
    await sync('ruled');
    await db.collection<{ _id: string }>('keys').updateOne({ _id: 'ruled' }, { $set: { collection: null } });
    const [message] = await db.collection('stream_messages').find({ stream: 'ruled' }).toArray();
    if (message) await db.collection('elsewhere').insertOne(message);
    await db.collection('stream_messages').deleteMany({ stream: 'ruled' });
    await goes('ruled');
    expect(await forgetKey(db, 'ruled', rules, { withData: false })).toBe('has messages');
  });

  it('a key that comes back while it is forgotten is read anew, whole', async () => {
    const { redis, db } = under;
    await redis.set('returning', 'first');
    await sync('returning');
    await goes('returning');
    await redis.set('returning', 'second');
    let forgotten: unknown;
    const line = await lineOf(
      {},
      {
        at: async (step) => {
          if (step === 'before-save') forgotten ??= await forgetKey(db, 'returning', [], { withData: false });
        },
      },
    );
    expect(await syncKey(line, 'returning', wholeSlice())).toMatchObject({ result: 'overtaken' });
    expect(forgotten).toBe('forgotten');
    for (let i = 0; i < 3; i++) await sync('returning');
    expect(await under.state('returning')).toMatchObject({ status: 'active' });
    const value = await readMirroredValue(db, 'string', { key: 'returning' });
    const parts: string[] = [];
    for await (const [part] of value?.items() ?? []) parts.push(String(part));
    expect(parts.join('')).toBe('second');
  });

  it.each(['is loaded', 'is read'] as const)(
    'a stream that comes back while it is forgotten, after it %s, is there once',
    async (when) => {
      const { redis, db } = under;
      const key = `stream that ${when}`;
      await redis.xadd(key, '1-0', 'v', 'x');
      await sync(key);
      await goes(key);
      await db.collection('stream_messages').deleteMany({ stream: key }); // as a time to live does
      await redis.xadd(key, '5-0', 'v', 'y');
      const forget = async () => void (await forgetKey(db, key, [], { withData: false }));
      const { source } = await lineOf();
      const typeOf = async (name: string) => {
        if (when === 'is loaded') await forget();
        return await source.typeOf(name);
      };
      const at: Line['at'] = async (step) => {
        if (when === 'is read' && step === 'after-read') await forget();
      };
      const line = await lineOf({}, { at, source: { ...source, typeOf } });
      await syncKey(line, key, wholeSlice());
      for (let i = 0; i < 3; i++) await sync(key);
      expect(await under.entryIds(key)).toEqual(['5-0']);
    },
  );

  it('a stream that comes back and is read while it is forgotten with its data keeps what was read', async () => {
    const { redis, db } = under;
    await redis.xadd('read again', '1-0', 'v', 'x');
    await sync('read again');
    await goes('read again');
    const comesBack = async () => {
      await redis.xadd('read again', '2-0', 'v', Buffer.alloc(17_000_000, 'z'));
      await redis.xadd('read again', '3-0', 'v', 'y');
      expect(await sync('read again')).toMatchObject({ written: 1, dead: 1 });
    };
    expect(await forgetKey(afterFirstRead(db, comesBack), 'read again', [], { withData: true })).toBe(
      'changed meanwhile',
    );
    expect(await under.entryIds('read again')).toEqual(['3-0']);
    expect(await db.collection('dead_letters').countDocuments({ stream: 'read again' })).toBe(1);
    expect(await under.state('read again')).toMatchObject({ status: 'active', counts: { dead: 1 } });
  });
});

/** A database whose first document of `keys` is given only after something else has happened. */
function afterFirstRead(db: typeof under.db, happen: () => Promise<void>): typeof under.db {
  const passedOn = <T extends object>(target: T, changed: (name: string | symbol) => unknown): T =>
    new Proxy(target, {
      get: (_, name) => {
        const value = changed(name) ?? Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  let isFirst = true;
  const keys = db.collection('keys');
  const slowly = passedOn(keys, (name) =>
    name === 'findOne' && isFirst
      ? async (...args: Parameters<typeof keys.findOne>) => {
          isFirst = false;
          const found = await keys.findOne(...args);
          await happen();
          return found;
        }
      : undefined,
  );
  return passedOn(db, (name) =>
    name === 'collection'
      ? (collection: string) => (collection === 'keys' ? slowly : db.collection(collection))
      : undefined,
  );
}
