import { readFileSync } from 'node:fs';
import { VALUE_TYPES } from '@redis-to-mongo/key-types';
import { describe, expect, it } from 'vitest';
import { configFolder } from './config-folder.js';

const folder = configFolder();

const problemsOf = (...RULES: unknown[]) =>
  folder.refuse({}, { RULES }).problems.map(({ problem, remedy }) => `${problem}: ${remedy}`);
const values = VALUE_TYPES.map(({ names }) => names.keyType).join(', ');
const rule = (members: object) => ({ pattern: 'orders*', ...members });

describe('rules', () => {
  it('are none by default', () => {
    expect(folder.load({}).rules).toEqual([]);
  });

  it('are read from the file, in ms, with the options in place of what a trim leaves open', () => {
    const { rules, warnings, options } = folder.load(
      {},
      {
        TRIM_KEEP_SEC: 60,
        RULES: [
          {
            pattern: 'orders*',
            types: ['stream'],
            collection: 'orders_messages',
            fields: { take: ['a', 'b'], rename: { a: 'alpha' } },
            parse: { a: 'number', b: 'json' },
            ttlSec: 86_400,
            trim: { mode: 'on', keepEntries: 5 },
            intervalSec: 0.5,
          },
          { pattern: '*', history: true, collection: null },
        ],
      },
    );
    expect(rules).toEqual([
      {
        pattern: 'orders*',
        types: ['stream'],
        collection: 'orders_messages',
        fields: { take: ['a', 'b'], rename: { a: 'alpha' } },
        parse: { a: 'number', b: 'json' },
        ttlMs: 86_400_000,
        trim: { mode: 'on', keepEntries: 5, keepMs: 60_000 },
        intervalMs: 500,
      },
      { pattern: '*', history: true },
    ]);
    expect(warnings).toEqual([]);
    expect(options.find(({ option }) => option === 'RULES')).toMatchObject({
      value: '2 rules',
      source: 'config.json',
    });
  });

  it('are JSON text in the environment', () => {
    expect(folder.load({ RULES: '[{"pattern":"a*","intervalSec":5}]' }).rules).toEqual([
      { pattern: 'a*', intervalMs: 5000 },
    ]);
  });

  it('have an example in the reference that loads without a warning', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n([^`]*"RULES"[^`]*)```/.exec(page) ?? [];
    const { rules, warnings } = folder.load({}, JSON.parse(example));
    expect(rules).toHaveLength(3);
    expect(warnings).toEqual([]);
  });

  it('that can’t be used are reported all at once, by number, member and remedy', () => {
    const problems = problemsOf(
      rule({ colection: 'x', fields: { take: ['a'], leave: ['b'], rename: { a: 'x', c: 'x' } } }),
      { types: ['stream', 'hsh'] },
      rule({
        types: ['set'],
        parse: { n: 'nubmer' },
        intervalSec: 0,
        ttlSec: -1,
        history: 'yes',
        trim: { mode: 'on' },
      }),
    );
    expect(problems).toEqual([
      'rule 1 (orders*), colection: is not a member of rules: did you mean collection?',
      'rule 1 (orders*), fields.take: stands beside leave: keep one of the two',
      'rule 1 (orders*), fields.rename.c: is a field that is left out: take the field, or remove this',
      'rule 1 (orders*), fields.rename.c: would have the name that a has: give each field a name of its own',
      'rule 2, pattern: is missing: write the pattern of the keys, such as "orders*"',
      'rule 2, types: has hsh: did you mean hash?',
      'rule 3 (orders*), trim: does not apply to set: remove it, or let types name stream',
      'rule 3 (orders*), ttlSec: is not a number that is allowed: write a number of at least 0.001, at most 3162240000',
      'rule 3 (orders*), history: is neither true nor false: write true or false',
      'rule 3 (orders*), intervalSec: is not a number that is allowed: write a number of at least 0.01, at most 86400',
      'rule 3 (orders*), parse.n: is not one of the words allowed: did you mean number?',
      'rule 3 (orders*), parse.n: is no part of set: write one of member',
    ]);
  });

  it.each([
    ['keys', 'keys is one of the fleet’s own collections'],
    ['set', 'set_members is one of the fleet’s own collections'],
    ['system.views', 'is no name for a collection in MongoDB'],
    ['a$b', 'is no name for a collection in MongoDB'],
  ])('may not write values into the collection %s', (collection, problem) => {
    expect(problemsOf(rule({ types: ['set'], collection }))).toEqual([expect.stringContaining(problem)]);
  });

  it('keep messages, values and members apart', () => {
    expect(problemsOf(rule({ collection: 'x' }))).toEqual([
      expect.stringContaining('messages of streams and values alike'),
    ]);
    expect(
      problemsOf(rule({ types: ['set'], collection: 'x' }), {
        pattern: 'b*',
        types: ['stream'],
        collection: 'x_members',
      }),
    ).toEqual([
      'rule 2 (b*), collection: x_members would hold messages, and members by rule 1 (orders*): write another name',
    ]);
    const attached = { pattern: '*:info:*', types: ['set'], attach: true };
    expect(problemsOf(rule({ types: ['stream'], collection: 'streams' }), attached)).toEqual([
      'rule 1 (orders*), collection: streams would hold messages, and the view of streams by rule 2 (*:info:*): write another name',
    ]);
  });

  it('parse fields of streams and hashes by name, and other values by their parts', () => {
    expect(
      problemsOf(
        rule({ types: ['zset'], parse: { score: 'json', item: 'number' } }),
        rule({ types: ['json'], parse: { value: 'json' }, fields: { take: ['value'] } }),
      ),
    ).toEqual([
      'rule 1 (orders*), parse.score: is a number: write date, or remove it',
      'rule 1 (orders*), parse.item: is no part of zset: write one of member, score',
      'rule 2 (orders*), fields: does not apply to json: remove it, or let types name stream, hash',
      'rule 2 (orders*), parse: does not apply to json: remove it, or let types name stream, set, zset, hash, list, string',
    ]);
    const RULES = [
      rule({ types: ['hash'], fields: { leave: ['a'] }, parse: { age: 'number' } }),
      { pattern: 's*', types: ['string'], parse: { value: 'json' } },
      { pattern: 'z*', types: ['zset'], parse: { member: 'json', score: 'date' } },
    ];
    expect(folder.load({}, { RULES }).warnings).toEqual([]);
  });

  it('give documents a shape and an _id, and report at once what is wrong with them', () => {
    const users = {
      pattern: 'user:*',
      types: ['hash'],
      shape: 'document',
      id: '{1}',
      idType: 'number',
      gone: 'mark',
    };
    expect(folder.load({}, { RULES: [users] })).toMatchObject({ rules: [users], warnings: [] });
    expect(
      problemsOf(
        { ...users, id: '{1}/{2}', shape: 'documents' },
        { ...users, pattern: 'user:[*]\\*', history: true },
        { pattern: 's*', types: ['string'], shape: 'document', idType: 'text' },
        { pattern: 'x*', types: ['stream'], shape: 'document', id: '{1}', gone: 'keep' },
        {
          pattern: 'z*',
          types: ['zset'],
          shape: 'document',
          fields: { take: ['a'], rename: { member: '_id', a: 'b' } },
        },
        { ...users, id: 'same' },
      ),
    ).toEqual([
      'rule 1 (user:*), shape: is not one of the words allowed: did you mean document?',
      'rule 1 (user:*), id: is for documents of a shape: add "shape": "document"',
      'rule 1 (user:*), id: has {2}, and the pattern has one *: write {1}',
      'rule 2 (user:[*]\\*), id: has {1}, and the pattern has 0 *: write a * into the pattern',
      'rule 2 (user:[*]\\*), gone: mark would keep members that history says have left: write keep, or remove history',
      'rule 3 (s*), shape: does not apply to string without parse: a text has no members: add "parse": { "value": "json" }, or remove it',
      'rule 3 (s*), idType: stands without an id: add "id": "{1}", or remove it',
      `rule 4 (x*), id: does not apply to stream: remove it, or let types name ${values}`,
      `rule 4 (x*), gone: does not apply to stream: remove it, or let types name ${values}`,
      'rule 5 (z*), fields.rename.member: would have a name that cannot stand at the top level: write letters, digits and _',
      'rule 5 (z*), fields.rename.a: has no name to be changed: write one of members, member, score',
      'rule 5 (z*), fields.take: does not apply to zset: remove it: only streams and hashes have fields',
      'rule 6 (user:*), id: would be the same for all keys: write {1} for what the first * of the pattern matches',
    ]);
  });

  it('that write into one collection in different shapes are warned of', () => {
    const one = { pattern: 'a*', types: ['hash'], collection: 'x', shape: 'document' };
    expect(
      folder.load({}, { RULES: [one, { pattern: 'b*', types: ['hash'], collection: 'x' }] }).warnings,
    ).toEqual([
      'RULES: rule 2 (b*) writes into x in the fleet’s own shape, and rule 1 (a*) in the shape document: a query finds the fields of one of them only',
    ]);
  });

  it('may not leave it open whether they trim', () => {
    expect(problemsOf(rule({ trim: { keepEntries: 5 } }))).toEqual([
      expect.stringContaining('trim.mode: is missing'),
    ]);
    expect(
      folder.load({ TRIM_MODE: 'on' }, { RULES: [rule({ trim: { keepEntries: 5 } })] }).rules,
    ).toMatchObject([{ trim: { mode: 'on', keepEntries: 5 } }]);
  });

  it('with a member that is like none get no guess', () => {
    expect(problemsOf(rule({ x: 1 }))).toEqual([expect.not.stringContaining('did you mean')]);
  });

  it('with an interval for types without scheduled jobs are warned of', () => {
    const warningsOf = (types: readonly string[]) =>
      folder.load({}, { RULES: [rule({ types, intervalSec: 5 })] }).warnings;
    expect(warningsOf(['hash'])).toEqual([
      'RULES: rule 1 (orders*), intervalSec: has no effect on hash: only keys of type stream, set have scheduled jobs',
    ]);
    expect(warningsOf(['hash', 'set'])).toEqual([]);
  });

  it('that rename to what a document cannot have at its top level are warned of', () => {
    const fields = { rename: { a: '_id', b: 'x.y', c: 'd' } };
    expect(folder.load({}, { RULES: [rule({ types: ['hash'], fields })] }).warnings).toEqual([]);
    expect(
      folder.load({}, { RULES: [rule({ types: ['hash'], fields, shape: 'document' })] }).warnings,
    ).toEqual([
      'RULES: rule 1 (orders*), fields.rename.a: _id cannot stand at the top level of a document: the field is stored in _redis.fields',
      'RULES: rule 1 (orders*), fields.rename.b: x.y cannot stand at the top level of a document: the field is stored in _redis.fields',
    ]);
  });

  it('that parse a field by its new name are warned of, unless the field of the old name is parsed, too', () => {
    const warningsOf = (rename: object, parse: object) =>
      folder.load({}, { RULES: [rule({ types: ['hash'], fields: { rename }, parse })] }).warnings;
    expect(warningsOf({ a: 'alpha' }, { alpha: 'number' })).toEqual([
      'RULES: rule 1 (orders*), parse.alpha: is the new name of a: parse goes by the names in Redis',
    ]);
    expect(warningsOf({ a: 'alpha' }, { a: 'number', alpha: 'number' })).toEqual([]);
    expect(warningsOf({ a: 'b', b: 'a' }, { a: 'number' })).toEqual([]);
  });

  it('that no key can have are warned of', () => {
    const { warnings } = folder.load(
      { KEY_TYPES: 'stream' },
      { RULES: [{ pattern: '*', types: ['set'] }, { pattern: 'a' }, rule({ types: ['set'] })] },
    );
    expect(warnings).toEqual([
      'RULES: rule 1 (*) names set, which KEY_TYPES leaves out',
      'RULES: rule 3 (orders*) is never used: rule 1 (*) before it takes all its keys',
      'RULES: rule 3 (orders*) names set, which KEY_TYPES leaves out',
    ]);
  });

  it.each([
    ['orders*', 'orders:1', true],
    ['orders*', 'orders*:eu', true],
    ['*:tags', 'a?:tags', true],
    ['*a*b*', 'xa*yb', true],
    ['orders:*', 'orders*', false],
    ['a*b', 'a*', false],
    ['a?', 'a*', false],
    ['a[b]*', 'ab*', false],
    ['a*', 'a[b]', false],
  ])('after a rule for %s, one for %s is warned of: %s', (first, second, isWarned) => {
    const RULES = [{ pattern: first }, { pattern: second }];
    const warning = `RULES: rule 2 (${second}) is never used: rule 1 (${first}) before it takes all its keys`;
    expect(folder.load({}, { RULES }).warnings).toEqual(isWarned ? [warning] : []);
  });

  it.each([
    ['no JSON', '[{'],
    ['no list', '{}'],
    ['an object in place of a list', '{"pattern":"a*"}'],
    ['no object', '[1]'],
  ])('of %s are refused as a whole', (_, RULES) => {
    expect(folder.refuse({ RULES }).problems).toMatchObject([
      { option: 'RULES', source: 'environment', remedy: 'write a list of objects, as JSON' },
    ]);
  });
});
