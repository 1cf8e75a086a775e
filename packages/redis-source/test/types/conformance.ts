import { valueType } from '@redis-to-mongo/key-types';
import { type KeyType, type Line, type Step, syncKey } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoredNames } from './stored-value.js';
import { syncAmongMany } from './sync-among-many.js';
import { tamperedLine } from './tampered-line.js';
import {
  type UnderTestOptions,
  type ValueUnderTest,
  valueUnderTest,
  wholeSlice,
} from './value-under-test.js';

/** What a key type must bring along to be put through the suite. */
export interface Conformance {
  readonly keyType: KeyType;
  /** Makes the key with so many items, or adds up to so many; the same items for the same numbers. */
  fill(redis: Redis, key: string, items: number): Promise<unknown>;
  /** Makes the key with bytes that are no UTF-8, and with whatever else is hard to store. */
  fillHard(redis: Redis, key: string): Promise<unknown>;
  /** Changes one thing of a key that was filled. Numbers below 1000 give different changes. */
  change(redis: Redis, key: string, number: number): Promise<unknown>;
  /** How many items are many, and how many are so many that a value is kept in elements. */
  readonly sizes: { readonly many: number; readonly huge: number };
  /** The key's content, in a form that two equal contents share; `null` where it is not there. */
  ofRedis(redis: Redis, key: string): Promise<unknown>;
  /** The same, as a reader has it from MongoDB, and whether it is there. */
  ofMongo(db: Db, key: string): Promise<unknown>;
  /** Where its values are; absent for a type whose documents stay when the key is gone. */
  readonly stored?: StoredNames;
}

/** The suite that every key type passes, before its own cases: its keys alone, and among many. */
export function describeConformance(type: Conformance, options: () => UnderTestOptions = () => ({})): void {
  describeWay(type, options, 'alone', syncKey);
  describeWay(type, options, 'among many', syncAmongMany);
}

function describeWay(
  type: Conformance,
  options: () => UnderTestOptions,
  way: 'alone' | 'among many',
  sync: typeof syncKey,
): void {
  let under: ValueUnderTest;
  beforeAll(async () => {
    under = await valueUnderTest(options());
  });
  afterAll(async () => {
    await under.close();
  });
  // Else each test would wait in vain for a server that has ended.
  beforeEach(async () => {
    await vi.waitFor(() => expect(under.redis.status).toBe('ready'), { timeout: 2_000 });
  });

  const expectSame = async (key: string) => {
    const inRedis = await type.ofRedis(under.redis, key);
    expect(inRedis).not.toBeNull();
    expect(await type.ofMongo(under.db, key)).toEqual(inRedis);
  };
  /** Syncs until the line says that there is no more to do. */
  const settle = async (key: string, line: Line = under.line()) => {
    for (let i = 0; i < 20; i++) {
      const { result, lag } = await sync(line, key, wholeSlice());
      if (result !== 'overtaken' && lag === 0) return result;
    }
    throw new Error(`${key} does not settle`);
  };

  const syncAnew = (key: string) => sync(under.line(), key, wholeSlice());
  /** As the run that follows one that did not end well, until one has. */
  const syncInterrupted = async (key: string) => {
    while ((await syncKey(under.line(), key, wholeSlice(), true)).result === 'overtaken');
  };

  const asGone = async (key: string) => void (await under.redis.del(key));
  const asOther = async (key: string) => {
    await under.redis.del(key);
    await (type.keyType === 'string' ? under.redis.sadd(key, 'a') : under.redis.set(key, 'text'));
  };

  /** Fills a key that was mirrored as another type until then, and was last seen as `was` leaves it; a new one without. */
  const fillAfter = async (was: typeof asOther | undefined, key: string, size: number) => {
    if (was) {
      await asOther(key);
      await settle(key);
      await was(key);
      await settle(key);
    }
    await under.redis.del(key);
    await type.fill(under.redis, key, size);
  };

  describe(`${type.keyType}, ${way}: what every key type does`, () => {
    it('a key that is not there leaves nothing', async () => {
      expect((await syncAnew('none')).result).toBe('absent');
      expect(await under.db.collection<{ _id: string }>('keys').findOne({ _id: 'none' })).toBeNull();
    });

    it.each([
      ['one item', () => 1, 'inline'],
      ['many items', () => type.sizes.many, 'inline'],
      ['a huge number of items', () => type.sizes.huge, 'members'],
    ])('%s', async (name, size, form) => {
      await type.fill(under.redis, name, size());
      expect((await syncAnew(name)).result).toBe('synced');
      await expectSame(name);
      if (type.stored) expect((await under.manifest(type.stored.collection, name)).form).toBe(form);
    });

    it('bytes that are no text, and whatever else is hard to store', async () => {
      await type.fillHard(under.redis, 'hard');
      await syncAnew('hard');
      await expectSame('hard');
    });

    it('a second read finds nothing to do, and writes nothing but that', async () => {
      for (const size of [type.sizes.many, type.sizes.huge]) {
        const key = `twice ${size}`;
        await type.fill(under.redis, key, size);
        await settle(key);
        under.writes.take();
        expect((await syncAnew(key)).result).toBe('unchanged');
        expect(under.writes.take()).toEqual({});
        await expectSame(key);
      }
    });

    it('every change is seen, however the value grows and shrinks', async () => {
      await type.fill(under.redis, 'changing', 1);
      await settle('changing');
      for (const size of [type.sizes.many, type.sizes.huge]) {
        await type.fill(under.redis, 'changing', size);
        for (let number = 0; number < 3; number++) {
          await settle('changing');
          await expectSame('changing');
          await type.change(under.redis, 'changing', number);
        }
      }
      await settle('changing');
      await expectSame('changing');
    });

    it('changes during the reading never mix two states', async () => {
      const key = 'lively';
      await type.fill(under.redis, key, type.sizes.huge);
      const states = new Set([JSON.stringify(await type.ofRedis(under.redis, key))]);
      let isDone = false;
      const writer = (async () => {
        for (let number = 0; number < 60 && !isDone; number++) {
          await type.change(under.redis, key, number);
          states.add(JSON.stringify(await type.ofRedis(under.redis, key)));
        }
      })();
      for (let i = 0; i < 8; i++) {
        const { result } = await syncAnew(key);
        if (result === 'synced' && type.stored)
          expect(states).toContain(JSON.stringify(await type.ofMongo(under.db, key)));
      }
      isDone = true;
      await writer;
      await settle(key);
      await expectSame(key);
    });

    if (type.stored)
      it('changes during every reading, and its key has gone when it is read at once: it is not there, and never empty', async () => {
        const key = 'restless';
        await type.fill(under.redis, key, type.sizes.huge);
        await settle(key);
        const before = await type.ofMongo(under.db, key);
        let number = 0;
        const change = async () => await type.change(under.redis, key, number++);
        await change();
        const isOnlyReadAtOnce = valueType(type.keyType).source.pages === undefined;
        const line = tamperedLine(under.line(), {
          before: async (how) => {
            if (how === 'atomic' || isOnlyReadAtOnce) await under.redis.del(key);
          },
          afterPage: change,
        });
        expect((await sync(line, key, wholeSlice())).result).toBe('overtaken');
        expect(await type.ofMongo(under.db, key)).toEqual(before);
        expect(await settle(key)).toBe('deleted');
        expect(await type.ofMongo(under.db, key)).toBeNull();
      });

    it.each<Step>(['after-read', 'after-write', 'before-save'])(
      'a worker that stops at %s is resumed',
      async (step) => {
        for (const size of [type.sizes.many, type.sizes.huge]) {
          const key = `${step} ${size}`;
          await type.fill(under.redis, key, size);
          await settle(key);
          await type.change(under.redis, key, 1);
          const { at, hasArrived } = holdAt(step);
          void sync(under.line({}, { at }), key, wholeSlice()); // never goes on
          await hasArrived;
          await type.change(under.redis, key, 2);
          await settle(key);
          await expectSame(key);
        }
      },
    );

    // What was read of a stream stays in MongoDB, whatever Redis holds then.
    if (type.stored)
      it.each<Step>(['after-read', 'after-write', 'before-save'])(
        'a worker that stops at %s, and the value is then as it was before: it is written again',
        async (step) => {
          for (const size of [type.sizes.many, type.sizes.huge]) {
            const key = `back ${step} ${size}`;
            await type.fill(under.redis, key, size);
            await settle(key);
            const before = await under.redis.dumpBuffer(key);
            await type.change(under.redis, key, 1);
            const { at, hasArrived } = holdAt(step);
            void sync(under.line({}, { at }), key, wholeSlice()); // never goes on
            await hasArrived;
            if (!before) throw new Error(`${key} is not there`);
            await under.redis.restore(key, 0, before, 'REPLACE');
            await syncInterrupted(key);
            await settle(key);
            await expectSame(key);
          }
        },
      );

    it('a worker that stops once it has written a new value, and the key has gone then: nothing of it stays', async () => {
      for (const size of [type.sizes.many, type.sizes.huge])
        for (const isKnown of [false, true]) {
          const key = `gone ${size} ${isKnown}`;
          if (isKnown) {
            await type.fill(under.redis, key, 1);
            await settle(key);
            await under.redis.del(key);
            await settle(key);
          }
          await type.fill(under.redis, key, size);
          const { at, hasArrived } = holdAt('after-write');
          void sync(under.line({}, { at }), key, wholeSlice()); // never goes on
          await hasArrived;
          await under.redis.del(key);
          await syncInterrupted(key);
          if (type.stored) expect(await type.ofMongo(under.db, key)).toBeNull();
        }
    });

    // Known as another type: nobody needs to say that the run did not end. Else only its claim tells of it.
    if (type.stored)
      it.each([
        ['of another type until then', asOther, [false, true]],
        ['gone until then', asGone, [true]],
        ['unknown until then', undefined, [true]],
      ] as const)(
        'a worker that stops once it has written a key that was %s: nothing of it stays',
        async (was, begin, told) => {
          for (const size of [type.sizes.many, type.sizes.huge])
            for (const isTold of told)
              for (const becomes of [asOther, asGone]) {
                const key = `${was}, ${size}, ${isTold}, ${becomes.name}`;
                await fillAfter(begin, key, size);
                const { at, hasArrived } = holdAt('after-write');
                void sync(under.line({}, { at }), key, wholeSlice()); // never goes on
                await hasArrived;
                await becomes(key);
                if (isTold) await syncInterrupted(key);
                await settle(key);
                expect(await type.ofMongo(under.db, key)).toBeNull();
              }
        },
      );

    if (type.stored)
      it('a worker that has read a key before it held another type leaves nothing of what it read', async () => {
        for (const begin of [undefined, asOther, asGone]) {
          const key = `late, ${begin?.name}`;
          await fillAfter(begin, key, type.sizes.many);
          const { at, hasArrived, goOn } = holdAt('after-read');
          const slow = sync(under.line({}, { at }), key, wholeSlice());
          await hasArrived;
          await asOther(key);
          await settle(key);
          goOn();
          await slow;
          expect(await type.ofMongo(under.db, key)).toBeNull();
          expect((await under.state(key)).status).toBe('active');
        }
      });

    it('a worker that has read earlier never overwrites one that read later', async () => {
      for (const size of [type.sizes.many, type.sizes.huge]) {
        const key = `overtaken ${size}`;
        await type.fill(under.redis, key, size);
        await settle(key);
        await type.change(under.redis, key, 1);
        const { at, hasArrived, goOn } = holdAt('after-read');
        const slow = sync(under.line({}, { at }), key, wholeSlice());
        await hasArrived;
        await type.change(under.redis, key, 2);
        await settle(key);
        goOn();
        // Among many, what was overtaken goes alone once more, and writes what it finds then.
        expect([way === 'alone' ? 'overtaken' : 'synced', 'overtaken']).toContain((await slow).result);
        await expectSame(key);
        expect((await syncAnew(key)).result).toBe('unchanged');
      }
    });

    it('deleted: an event, once; the value does not stay as if it were there', async () => {
      for (const size of [type.sizes.many, type.sizes.huge]) {
        const key = `deleted ${size}`;
        await type.fill(under.redis, key, size);
        await settle(key);
        const before = await type.ofMongo(under.db, key);
        await under.redis.del(key);
        expect((await syncAnew(key)).result).toBe('deleted');
        expect((await syncAnew(key)).result).toBe('absent');
        expect(await type.ofMongo(under.db, key)).toEqual(type.stored ? null : before);
        expect(await under.state(key)).toMatchObject({ status: 'deleted', activity: [{ end: 'deleted' }] });
      }
    });

    it('deleted and made again: the next incarnation', async () => {
      for (const [first, second] of [
        [type.sizes.many, type.sizes.huge],
        [type.sizes.huge, type.sizes.many],
        [type.sizes.huge, type.sizes.huge],
      ] as const) {
        const key = `recreated ${first} ${second}`;
        await type.fill(under.redis, key, first);
        await settle(key);
        await under.redis.del(key);
        await settle(key);
        await type.fill(under.redis, key, second);
        await settle(key);
        await expectSame(key);
        expect(await under.state(key)).toMatchObject({
          status: 'active',
          incarnation: 2,
          activity: [
            { incarnation: 1, end: 'deleted' },
            { incarnation: 2, end: null },
          ],
        });
      }
    });

    it('turned into another type, and back', async () => {
      for (const size of [type.sizes.many, type.sizes.huge]) {
        const key = `turned ${size}`;
        await type.fill(under.redis, key, size);
        await settle(key);
        await under.redis.del(key);
        const other = type.keyType === 'set' ? 'zset' : 'set';
        if (other === 'set') await under.redis.sadd(key, 'now a set');
        else await under.redis.zadd(key, 1, 'now a sorted set');
        await settle(key);
        expect(await under.state(key)).toMatchObject({ keyType: other, incarnation: 2 });
        if (type.stored) expect(await type.ofMongo(under.db, key)).toBeNull();
        await under.redis.del(key);
        await type.fill(under.redis, key, size);
        await settle(key);
        await expectSame(key);
        expect(await under.state(key)).toMatchObject({ keyType: type.keyType, incarnation: 3 });
      }
    });
  });
}

/** A worker that stands still at a step until it is released. */
function holdAt(step: Step) {
  let goOn = () => {};
  let arrive = () => {};
  const hasArrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const at: NonNullable<Line['at']> = async (reached) => {
    if (reached !== step) return;
    arrive();
    await held;
  };
  return { at, hasArrived, goOn };
}
