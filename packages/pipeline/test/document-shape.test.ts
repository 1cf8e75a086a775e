import { ruleBook } from '@redis-to-mongo/key-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentMapper,
  documentIdMaker,
  encodeContent,
  plainMessage,
  plainValue,
  shapeMessage,
  shapeValue,
  storedText,
} from '../src/index.js';

const bytes = fc.uint8Array({ maxLength: 6 }).map((each) => storedText(Buffer.from(each)));
const name = fc.oneof(
  fc.constantFrom('a', 'b', '_id', '_redis', 'removeAt', '$set', 'x.y', '', '7', 'form', 'key', 'value'),
  fc.string({ maxLength: 4 }),
  bytes,
);
const HEAD = { stream: 'k', type: 'main', incarnation: 1, active: true, form: 'inline', size: 2 };

describe('the shape document', () => {
  it('has the fields at the top level, and what is the fleet’s in _redis', () => {
    const shaped = shapeValue(
      { ...HEAD, fields: { name: 'Ann', age: 42 } },
      { names: {} },
      { key: 'user:42', keyType: 'hash' },
    );
    expect(shaped).toEqual({
      name: 'Ann',
      age: 42,
      _redis: { key: 'user:42', keyType: 'hash', ...HEAD, lifted: 'fields' },
    });
  });

  it('keeps names that cannot stand there in _redis, with their places', () => {
    const flat = ['_id', '1', 'a', '2', '$b', '3', 'a', '4'];
    const message = { _id: 'k@1', stream: 'k', entryId: '1-1', content: encodeContent(flat) };
    const shaped = shapeMessage(message);
    expect(shaped).toEqual({
      _id: 'k@1',
      a: '2',
      _redis: {
        stream: 'k',
        entryId: '1-1',
        fields: [
          [0, '_id', '1'],
          [2, '$b', '3'],
          [3, 'a', '4'],
        ],
      },
    });
    expect(plainMessage(shaped)).toEqual(message);
  });

  it('gives every hash and every entry back as it was', () => {
    const mapper = contentMapper({ parse: { a: 'json', b: 'number' }, fields: { rename: { b: 'beta' } } });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.oneof(bytes, fc.json()))), fc.boolean(), (pairs, isMapped) => {
        const made = isMapped ? mapper?.(pairs.flat()) : undefined;
        const content = made?.content ?? encodeContent(pairs.flat());
        const message = { _id: 'k@1', stream: 'k', entryId: '1-1', content };
        expect(plainMessage(shapeMessage(message))).toEqual(message);
        const value = { ...HEAD, fields: content };
        const { key, ...plain } = plainValue({ _id: 1, ...shapeValue(value, { names: {} }, { key: 'k' }) });
        expect(plain).toEqual({ _id: 1, ...value });
      }),
      { numRuns: 300 },
    );
  });

  it('gives JSON objects, and what is none, back as they were', () => {
    // An object with that name is stored as an array of pairs, before it is put into a shape.
    const json = fc
      .jsonValue({ maxDepth: 2 })
      .filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(json, (value) => {
        const document = { ...HEAD, value };
        const { key, ...plain } = plainValue({
          _id: 1,
          ...shapeValue(document, { names: { value: 'all' } }, { key: 'k' }),
        });
        expect(JSON.stringify(plain.value)).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });

  it('calls what has no name in Redis as the rule does', () => {
    const shape = { names: { members: 'tags', member: 'tag' } };
    const whole = shapeValue({ ...HEAD, members: ['a', 'b'] }, shape, {});
    expect(whole).toMatchObject({ tags: ['a', 'b'], _redis: { names: { tags: 'members' } } });
    expect(plainValue(whole)).toMatchObject({ members: ['a', 'b'] });
    expect(shapeValue({ key: 'k', member: 'a', since: 1 }, shape, {})).toEqual({
      tag: 'a',
      _redis: { key: 'k', since: 1, names: { tag: 'member' } },
    });
  });
});

describe('an id of a rule', () => {
  it.each([
    ['user:*', '{1}', 'text', 'user:42', { kind: 'text', text: '42' }],
    ['user:*', '{1}', 'number', 'user:42', { kind: 'number', text: '42' }],
    ['user:*', '{1}', 'number', 'user:042', { kind: 'text', text: '042' }],
    ['user:*', '{1}', 'number', 'user:ann', { kind: 'text', text: 'ann' }],
    [
      'u:*',
      '{1}',
      'objectId',
      'u:507f1f77bcf86cd799439011',
      { kind: 'objectId', text: '507f1f77bcf86cd799439011' },
    ],
    [
      'u:*',
      '{1}',
      'objectId',
      'u:507F1F77BCF86CD799439011',
      { kind: 'text', text: '507F1F77BCF86CD799439011' },
    ],
    ['*:cart:*', '{2}/{1}', 'text', 'eu:cart:7', { kind: 'text', text: '7/eu' }],
    ['a?[0-9]*-*', '{1}|{2}', 'text', 'ax5é-b-c', { kind: 'text', text: 'é|b-c' }],
    ['user:*:x', '{1}', 'text', 'user:a:x:x', { kind: 'text', text: 'a:x' }],
  ] as const)('%s %s as %s is made of %s', (pattern, id, idType, key, made) => {
    expect(documentIdMaker(pattern, id, idType)(key)).toEqual(made);
  });

  it('is the key where the name is not UTF-8', () => {
    expect(documentIdMaker('*', '{1}', 'text')('base64:/w==')).toBeUndefined();
  });

  it('is part of where a rule puts a key, and so is the shape of its documents', () => {
    const book = ruleBook([{ pattern: 'user:*', shape: 'document', id: '{1}', parse: { age: 'number' } }]);
    const place = book.placeFor('user:1', 'hash');
    expect(place).toMatchObject({ collection: null, documentId: { text: '1' }, rule: expect.any(String) });
    expect(book.placeFor('user:1', 'stream').documentId).toBeUndefined();
    const other = ruleBook([{ pattern: 'user:*', shape: 'document', parse: { age: 'json' } }]);
    expect(other.placeFor('user:1', 'hash').rule).not.toBe(place.rule);
    expect(other.placeFor('user:1', 'set').rule).toBe(book.placeFor('user:1', 'set').rule);
    expect(book.placeFor('other', 'hash').rule).toBeUndefined();
  });
});
