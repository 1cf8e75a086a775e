import { firstState, type KeyState, keyIdOf, type Replacement } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { ValueWriter } from '../../src/values/value-writer.js';
import { mongoForTests } from '../mongo-for-tests.js';

const COLLECTION = 'hashes';
const BATCH_BYTES = 8 * 1024 * 1024;
const FORM_FIELDS = ['removeAt', 'first', 'rule'];
const mongo = mongoForTests();

const stateOf = (key: string, revision: number): KeyState => ({
  ...firstState(key, { stream: key, type: 'main' }, 'hash', new Date()),
  revision,
});

/** A value of a key whose state has this revision. */
const replacementOf = (key: string, revision: number, value: unknown): Replacement => ({
  state: stateOf(key, revision),
  write: {
    kind: 'replace',
    collection: COLLECTION,
    memberCollection: `${COLLECTION}_members`,
    hasMembers: false,
    formFields: FORM_FIELDS,
    bytes: 100,
    document: { incarnation: 1, active: true, form: 'inline', fields: { value } },
  },
});

const documents = () => mongo.db.collection<{ _id: string } & Record<string, unknown>>(COLLECTION);
const valueIn = async (_id: string) => {
  const found = await documents().findOne({ _id });
  return found && { revision: found.revision, value: Reflect.get(Object(found.fields), 'value') };
};

test('values that change together: each key gets its own, whatever its name, and keeps what others added', async () => {
  const names = ['$name', 'a.b', '', ' ', '__proto__', 'ä', '\u{1F600}', '0', `${'k'.repeat(500)}`];
  const keys = [...names, ...Array.from({ length: 100 }, (_, i) => `key ${i}`)].map((name) =>
    keyIdOf(Buffer.from(name)),
  );
  const writer = new ValueWriter(mongo.db, BATCH_BYTES);
  expect(await writer.replaceAll(keys.map((key) => replacementOf(key, 0, 'old')))).toEqual(
    keys.map(() => 'written'),
  );
  await documents().updateMany({}, { $set: { note: 'of a user' } });
  const values = ['$$ROOT', { $add: [1, 2] }, { 'a.b': 1 }, null, ['$_id'], ''];
  const valueFor = (i: number) => values[i % values.length];
  const results = await writer.replaceAll(keys.map((key, i) => replacementOf(key, 1, valueFor(i))));
  expect(results).toEqual(keys.map(() => 'written'));
  for (const [i, key] of keys.entries()) {
    expect(await valueIn(key), key).toEqual({ revision: 2, value: valueFor(i) });
    expect(await documents().findOne({ _id: key }), key).toMatchObject({ note: 'of a user' });
  }
});

test('among many values, each that is no plain change fares as it would alone, and holds up no other', async () => {
  const writer = new ValueWriter(mongo.db, BATCH_BYTES);
  const of = (name: string) => `many:${name}`;
  const plain = Array.from({ length: 40 }, (_, i) => of(`plain ${i}`));
  const others = ['newer', 'same revision', 'foreign', 'missing', 'to lose a field', 'twice'].map(of);
  const [newer = '', same = '', foreign = '', missing = '', losing = '', twice = ''] = others;
  await writer.replaceAll([...plain, ...others].map((key) => replacementOf(key, 0, 'old')));
  await documents().updateOne({ _id: newer }, { $set: { revision: 7, 'fields.value': 'newer' } });
  await documents().updateOne({ _id: same }, { $set: { revision: 2, 'fields.value': 'of another worker' } });
  await documents().replaceOne({ _id: foreign }, { mine: true });
  await documents().deleteOne({ _id: missing });
  await documents().updateOne({ _id: losing }, { $set: { removeAt: new Date(), first: 5 } });

  const values = [...plain, ...others].map((key) => replacementOf(key, 1, 'new'));
  const results = await writer.replaceAll([...values, replacementOf(twice, 1, 'second')]);
  const fates = new Map(values.map(({ state }, i) => [state.key, results[i]]));
  for (const key of [...plain, missing, losing, twice]) {
    expect(fates.get(key), key).toBe('written');
    expect(await valueIn(key), key).toEqual({ revision: 2, value: 'new' });
  }
  for (const key of [newer, same, foreign]) expect(fates.get(key), key).toBe('stale');
  expect(results.at(-1)).toBe('stale');
  expect(await valueIn(newer)).toEqual({ revision: 7, value: 'newer' });
  expect(await valueIn(same)).toEqual({ revision: 2, value: 'of another worker' });
  expect(await documents().findOne({ _id: foreign })).toEqual({ _id: foreign, mine: true });
  const left = await documents().findOne({ _id: losing });
  expect(Object.keys(left ?? {}).filter((name) => FORM_FIELDS.includes(name))).toEqual([]);
});

test.each([5n, -(2n ** 63n), 0.5, -0, Number.NaN, new Date(5), Buffer.from([0xff])])(
  'a value of %s is found written, whatever kind of number or bytes it is, where another one is no plain change',
  async (value) => {
    const writer = new ValueWriter(mongo.db, BATCH_BYTES);
    const keys = Array.from({ length: 5 }, (_, i) => `${String(value)} ${i}`);
    await writer.replaceAll(keys.map((key) => replacementOf(key, 0, 'old')));
    await documents().deleteOne({ _id: keys[0] ?? '' });
    const results = await writer.replaceAll(keys.map((key) => replacementOf(key, 1, value)));
    expect(results).toEqual(keys.map(() => 'written'));
  },
);
