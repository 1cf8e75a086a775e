import { Buffer } from 'node:buffer';
import {
  canonicalKeyId,
  firstState,
  keyIdOf,
  messageId,
  messageIdPrefix,
  namePattern,
} from '@redis-to-mongo/pipeline';
import { expect, test } from 'vitest';
import { findDeadLetters } from '../../src/dead-letters/letter-lists.js';
import { keyNames } from '../../src/keys/find-keys.js';
import { KeyStates } from '../../src/keys/key-states.js';
import { mongoForTests } from '../mongo-for-tests.js';

const KEYS = [
  'o',
  'o@eu',
  'o@a1:m1700000000000-a0',
  'o\n',
  'line\nbreak',
  ' ',
  'o[1]',
  'o*',
  `${'x'.repeat(65_536)}`,
  `${'x'.repeat(65_536)}@eu`,
]
  .map((name) => keyIdOf(Buffer.from(name)))
  .concat(keyIdOf(Buffer.alloc(0)), keyIdOf(Buffer.from([0x6f, 0xff])));

const mongo = mongoForTests(async (db) => {
  const letters = db.collection<{ _id: string }>('dead_letters');
  const states = new KeyStates(db);
  for (const key of KEYS) {
    const state = firstState(key, { stream: key, type: 'main' }, 'stream', new Date());
    await states.save(state, { ...state, revision: 1 });
    for (const incarnation of [1, 2])
      await letters.insertOne({ _id: messageId(messageIdPrefix(key, incarnation), '1700000000000-0') });
  }
});

const lettersOf = async (text: string) => {
  const { letters, total } = await findDeadLetters(mongo.db, { name: namePattern(text), limit: 1000 });
  expect(total).toBe(letters.length);
  return letters.map(({ key }) => key).sort();
};
const twice = (keys: readonly string[]) => keys.flatMap((key) => [key, key]).sort();

test('a key’s dead letters are found by its name, and no other key’s', async () => {
  for (const key of KEYS.filter((each) => !/[[*]/.test(each)))
    expect(await lettersOf(key), key.slice(0, 30)).toEqual([key, key]);
});

test('* finds every key and every dead letter once', async () => {
  expect([...(await keyNames(mongo.db, { name: namePattern('*') }))].sort()).toEqual([...KEYS].sort());
  expect(await lettersOf('*')).toEqual(twice(KEYS));
});

test('a pattern with many stars takes no long time, whatever the names', async () => {
  const msOf = async (text: string) => {
    const began = performance.now();
    expect(await keyNames(mongo.db, { name: namePattern(text) })).toEqual([]);
    return performance.now() - began;
  };
  const simple = Math.max(5, await msOf('*y'));
  for (const text of ['*x*y', '*x*x*x*x*x*x*y', '*x?x*[^x]*y'])
    expect((await msOf(text)) / simple, text).toBeLessThan(200);
});

test('keys and dead letters of a pattern are those that the pattern takes', async () => {
  for (const text of [
    '*',
    'o*',
    'o?',
    'o[1]',
    '?',
    '*\n*',
    '[ ]',
    'x*',
    `${'x'.repeat(2000)}*`,
    'base64:*',
    '',
  ]) {
    const { test: takes } = namePattern(text);
    const taken = KEYS.filter(takes).sort();
    const shown = JSON.stringify(text.slice(0, 30));
    expect([...(await keyNames(mongo.db, { name: namePattern(text) }))].sort(), shown).toEqual(taken);
    expect(await lettersOf(text), shown).toEqual(twice(taken));
  }
  expect(KEYS.filter(namePattern('').test)).toEqual([canonicalKeyId('')]);
});
