import { firstState, type KeyState, type Saving } from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { KeyStates } from '../../src/keys/key-states.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();

const firstOf = (key: string): KeyState =>
  firstState(key, { stream: key, type: 'main' }, 'hash', new Date(1_700_000_000_000));
const after = (state: KeyState, lag: number): KeyState => ({ ...state, revision: state.revision + 1, lag });
const saved = async (states: KeyStates, saves: readonly Saving[]) =>
  (await states.saveAll(saves)).map(String);
const keys = () => mongo.db.collection<{ _id: string } & Record<string, unknown>>('keys');

test('states that are saved together: each gets its own, and only where MongoDB has the revision before it', async () => {
  const states = new KeyStates(mongo.db);
  const first = Array.from({ length: 100 }, (_, i) => firstOf(i === 0 ? '$key' : `key ${i}`));
  const second = first.map((state, i) => after(state, i));
  await saved(
    states,
    first.map((before, i) => ({ before, next: second[i] ?? before })),
  );
  await keys().updateMany({}, { $set: { pausedAt: new Date(0) } });
  await keys().updateOne({ _id: 'key 5' }, { $set: { revision: 7 } });
  await keys().deleteOne({ _id: 'key 6' });
  const third = second.map((state, i) => after(state, 1000 + i));
  const results = await saved(
    states,
    second.map((before, i) => ({ before, next: third[i] ?? before })),
  );
  expect(results).toEqual(third.map((_, i) => (i === 5 || i === 6 ? 'moved' : 'saved')));
  for (const [i, { key }] of third.entries()) {
    if (i === 6) continue;
    const expected = i === 5 ? { revision: 7, lag: 5 } : { revision: 2, lag: 1000 + i };
    expect(await keys().findOne({ _id: key }), key).toMatchObject({ ...expected, pausedAt: new Date(0) });
  }
});

test('a state that MongoDB refuses holds up none of those that are saved together with it', async () => {
  const validated = mongo.db;
  await keys().deleteMany({});
  const states = new KeyStates(validated);
  const first = Array.from({ length: 40 }, (_, i) => firstOf(`refused ${i}`));
  const second = first.map((state) => after(state, 0));
  await saved(
    states,
    first.map((before, i) => ({ before, next: second[i] ?? before })),
  );
  await validated.command({ collMod: 'keys', validator: { lag: { $lt: 20 } } });
  try {
    const results = await states.saveAll(
      second.map((before, i) => ({ before, next: after(before, i === 30 ? 20 : 1) })),
    );
    expect(results[30]).toEqual({ code: 121 });
    expect(results.filter((result) => result === 'saved')).toHaveLength(39);
    expect(await keys().countDocuments({ revision: 2 })).toBe(39);
  } finally {
    await validated.command({ collMod: 'keys', validator: {} });
  }
});

test.each(['one after the other', 'at once', 'together with others'])(
  'of two runs in one process that began with the same state, one is saved: %s',
  async (how) => {
    const states = new KeyStates(mongo.db);
    const first = firstOf(`two runs ${how}`);
    const others = Array.from({ length: 10 }, (_, i) => firstOf(`${i} beside ${how}`));
    const begun = (state: KeyState) => ({ before: state, next: after(state, 0) });
    await saved(states, [first, ...others].map(begun));
    const before = after(first, 0);
    const [mine, theirs] = [1, 2].map((lag) => ({ before, next: after(before, lag) }));
    if (!mine || !theirs) throw new TypeError('there are two');
    const beside = others.map((state) => begun(after(state, 0)));
    const results =
      how === 'one after the other'
        ? [await saved(states, [mine]), await saved(states, [theirs])].flat()
        : await saved(states, how === 'at once' ? [mine, theirs] : [mine, theirs, ...beside]);
    expect(results.slice(0, 2)).toEqual(['saved', 'moved']);
    expect(await keys().findOne({ _id: first.key })).toMatchObject({ revision: 2, lag: 1 });
    // A save whose answer was lost is repeated, and finds itself.
    expect(await saved(states, [mine])).toEqual(['saved']);
  },
);
