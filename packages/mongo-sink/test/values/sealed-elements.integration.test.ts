import type { Element, MembersWrite } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { SEALED_KEPT } from '../../src/values/value-manifest.js';
import { mongoForTests } from '../mongo-for-tests.js';
import {
  dbThrough,
  failsAfter,
  membersIn,
  removeAll,
  STATE,
  writeOf,
  writerOn,
} from './members-under-test.js';

const mongo = mongoForTests();
beforeEach(() => removeAll(mongo.db));

const manifest = async () => await mongo.db.collection<{ _id: string }>('hashes').findOne({ _id: 'large' });

/** The database, and the fields of the elements that were inserted through it. */
function watched(): { readonly db: Db; readonly inserted: string[] } {
  const inserted: string[] = [];
  const db = dbThrough(mongo.db, (name, [first], run) => {
    const { insert, documents } = (first ?? {}) as Document;
    if (name === 'command' && insert === 'hash_fields')
      for (const { field } of documents) inserted.push(String(field));
    return run();
  });
  return { db, inserted };
}

/** A worker that dies once it has added these elements: none of its commands is sent any more. */
async function dies(write: MembersWrite, fields: readonly string[], state = STATE): Promise<void> {
  let isDead = false;
  const forever = new Promise<never>(() => {});
  const db = dbThrough(mongo.db, (_, __, run) => (isDead ? forever : run()));
  await new Promise<void>((resolve) => {
    const pages = failsAfter(fields);
    const scan = async function* (): AsyncGenerator<readonly Element[], boolean> {
      for await (const page of pages()) yield page.slice(0, fields.length);
      return true;
    };
    const dying = async function* (): AsyncGenerator<readonly Element[], boolean> {
      try {
        return yield* scan();
      } finally {
        isDead = true;
        resolve();
      }
    };
    void writerOn(db).write(state, { ...write, scan: dying });
  });
}

describe('a worker that dies while it writes the elements of a large value', () => {
  const many = Array.from({ length: 20 }, (_, i) => `f${i}`);

  test('leaves what it has sealed to the next one, which writes only the rest', async () => {
    await dies(writeOf([]), many);
    expect(await membersIn(mongo.db)).toEqual([]);
    const { db, inserted } = watched();
    expect(await writerOn(db).write(STATE, writeOf([[...many, 'rest']]))).toMatchObject({ written: 1 });
    expect(inserted).toEqual(['f19', 'rest']); // seals come when a fifth is new
    expect(await membersIn(mongo.db)).toEqual([...many, 'rest'].toSorted());
    expect(await manifest()).not.toHaveProperty('sealed');
  });

  test('and dies again and again, gets done: each one begins where the one before was', async () => {
    const counts: number[] = [];
    for (let i = 1; i <= 10; i++) {
      await dies(writeOf([]), many.slice(0, 2 * i));
      counts.push(await mongo.db.collection('hash_fields').countDocuments());
    }
    expect(counts).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const { db, inserted } = watched();
    await writerOn(db).write(STATE, writeOf([many]));
    expect(inserted).toEqual(['f19']);
    expect(await membersIn(mongo.db)).toEqual(many.toSorted());
  });

  test('leaves nothing of what has gone since, and nothing to a value made by another rule', async () => {
    await dies(writeOf([]), ['gone', 'stays']);
    await writerOn(mongo.db).write(STATE, writeOf([['stays']]));
    expect(await membersIn(mongo.db)).toEqual(['stays']);
    const state = { ...STATE, revision: 1 };
    await dies(writeOf([], 'another'), ['x', 'y'], state);
    await writerOn(mongo.db).write(state, writeOf([['stays', 'z']]));
    expect(await membersIn(mongo.db)).toEqual(['stays', 'z']);
    await writerOn(mongo.db).write({ ...STATE, revision: 2 }, writeOf([['stays', 'w']]));
    expect(
      (await mongo.db.collection('hash_fields').find().toArray()).map(({ field }) => field),
    ).not.toContain('x');
  });

  test('seals only so often that the manifest stays small', async () => {
    const fields = Array.from({ length: 3 * SEALED_KEPT }, (_, i) => `f${i}`);
    for (let i = 0; i < 3; i++) await dies(writeOf([]), fields);
    const { sealed, aborted } = { ...(await manifest()) } as Document;
    expect(sealed.generations.length).toBeLessThanOrEqual(SEALED_KEPT);
    expect(aborted).toEqual(expect.arrayContaining(sealed.generations));
    await writerOn(mongo.db).write(STATE, writeOf([fields]));
    expect(await membersIn(mongo.db)).toEqual(fields.toSorted());
  });
});

test('a worker that another one has overtaken seals nothing, and ends', async () => {
  const write: MembersWrite = {
    ...writeOf([]),
    scan: async function* () {
      await writerOn(mongo.db).write(STATE, writeOf([['later']]));
      return yield* failsAfter(['earlier'])();
    },
  };
  await expect(writerOn(mongo.db).write(STATE, write)).rejects.toMatchObject({ code: 'STALE_READ' });
  expect(await membersIn(mongo.db)).toEqual(['later']);
  expect(await mongo.db.collection('hash_fields').countDocuments()).toBe(1);
  expect(await manifest()).not.toHaveProperty('sealed');
});

test('a worker that is told to stop leaves the value to another one, which writes only the rest', async () => {
  const stopping = new AbortController();
  const write: MembersWrite = {
    ...writeOf([]),
    scan: async function* () {
      const pages = failsAfter(['a', 'b'])();
      const { value } = await pages.next();
      if (Array.isArray(value)) yield value;
      stopping.abort();
      yield [];
      throw new Error('it went on');
    },
  };
  await expect(writerOn(mongo.db, stopping.signal).write(STATE, write)).rejects.toMatchObject({
    code: 'WORKER_STOPS',
    errorClass: 'overtaken',
  });
  const { db, inserted } = watched();
  await writerOn(db).write(STATE, writeOf([['a', 'b', 'c']]));
  expect(inserted).toEqual(['c']);
  expect(await membersIn(mongo.db)).toEqual(['a', 'b', 'c']);
});
