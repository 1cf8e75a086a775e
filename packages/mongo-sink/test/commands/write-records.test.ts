import { type Db, type Document, MongoServerError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { writeRecords } from '../../src/commands/write-records.js';

/** A server that answers each insert of some records by what it makes of them, as mongod shapes its answers. */
function serverThat(answer: (documents: readonly string[], nth: number) => Document) {
  const asked: string[][] = [];
  const command = async ({ documents }: { documents: string[] }) => {
    asked.push(documents);
    return { ok: 1, n: 0, ...answer(documents, asked.length) };
  };
  return { asked, db: { command } as unknown as Db };
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const write = (db: Db) =>
  writeRecords(db, {
    count: NAMES.length,
    command: (some) => ({ insert: 'c', documents: some ? some.map((i) => NAMES[i]) : NAMES }),
  });

/** As mongod 8.0 reports a 2dsphere index. */
const geo = (index: number) => ({
  index,
  code: 16755,
  errmsg: "Can't extract geo keys: { _id: … } unknown GeoJSON type",
});

const refusedAt = (documents: readonly string[], bad: readonly string[], code: number) => {
  const writeErrors = documents.flatMap((name, i) =>
    bad.includes(name) ? [{ ...geo(i), code, errmsg: 'no' }] : [],
  );
  return { n: documents.length - writeErrors.length, writeErrors };
};

describe('records with a code that nobody knows', () => {
  it('are refused once they are refused without their neighbors', async () => {
    const { db, asked } = serverThat((documents) => refusedAt(documents, ['b', 'f'], 16755));
    const { n, errors } = await write(db);
    expect(n).toBe(6);
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [1, 16755],
      [5, 16755],
    ]);
    expect(asked).toEqual([NAMES, ['b', 'f']]);
  });

  it('are written where they are taken then', async () => {
    const { db } = serverThat((documents, nth) => refusedAt(documents, nth === 1 ? ['b'] : [], 16755));
    expect(await write(db)).toEqual({ n: 8, errors: [] });
  });

  it('are tried again where the second answer is transient', async () => {
    const { db } = serverThat((documents, nth) => refusedAt(documents, ['b'], nth === 1 ? 16755 : 189));
    await expect(write(db)).rejects.toMatchObject({ errorClass: 'transient' });
  });

  it('and those with a known one are reported together', async () => {
    const { db } = serverThat((_documents, nth) =>
      nth === 1
        ? { n: 6, writeErrors: [{ index: 0, code: 121, errmsg: 'Document failed validation' }, geo(2)] }
        : { n: 0, writeErrors: [geo(0)] },
    );
    const { errors } = await write(db);
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [0, 121],
      [2, 16755],
    ]);
  });
});

it.each([133, 10107, 189, 91, 11600, 16500, 100])('code %i of one record is transient', async (code) => {
  const { db, asked } = serverThat((documents) => refusedAt(documents, ['c'], code));
  await expect(write(db)).rejects.toMatchObject({ errorClass: 'transient' });
  expect(asked).toHaveLength(1);
});

describe('a command that is refused as a whole', () => {
  const refuses = (bad: readonly string[], code: number) =>
    serverThat((documents) => {
      if (documents.some((name) => bad.includes(name)))
        throw new MongoServerError({ code, errmsg: 'no', codeName: 'Unknown' });
      return { n: documents.length };
    });

  it('is cut in halves until the records that it is about stand alone', async () => {
    const { db } = refuses(['c', 'h'], 4_711);
    const { n, errors } = await write(db);
    expect(n).toBe(6);
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [2, 4711],
      [7, 4711],
    ]);
  });

  it('for a reason that is no record’s, is thrown soon', async () => {
    const { db, asked } = refuses(NAMES, 20);
    await expect(write(db)).rejects.toMatchObject({ code: 'MONGO_UNKNOWN' });
    expect(asked.length).toBeLessThan(10);
  });

  it('since the driver can’t make BSON of one record, is about that one', async () => {
    const { db } = serverThat((documents) => {
      if (documents.includes('d')) throw Object.assign(new Error('bad'), { name: 'BSONVersionError' });
      return { n: documents.length };
    });
    const { errors } = await write(db);
    expect(errors).toMatchObject([{ index: 3, code: 22 }]);
  });

  it('with an error of the program, is thrown', async () => {
    const { db } = serverThat(() => {
      throw new TypeError('a bug');
    });
    await expect(write(db)).rejects.toMatchObject({ code: 'MONGO_UNKNOWN', errorClass: 'unknown' });
  });
});
