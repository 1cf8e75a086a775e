import { expect, it } from 'vitest';
import { judgeIndex } from '../../src/indexes/judge-index.js';

const LAG = { collection: 'keys', key: { lag: 1 }, partialFilterExpression: { lag: { $gt: 0 } } } as const;
const GONE = { collection: 'sets', key: { removeAt: 1 }, expireAfterSeconds: 0 } as const;
const ID = { v: 2, key: { _id: 1 }, name: '_id_' };

it.each([
  ['nothing but _id', LAG, [ID], 'missing'],
  ['its own', LAG, [ID, { ...LAG, name: 'lag_1' }], 'there'],
  ['one of all documents', LAG, [{ key: { lag: 1 }, name: 'mine' }], 'there'],
  [
    'one of other documents',
    LAG,
    [{ key: { lag: 1 }, name: 'mine', partialFilterExpression: { a: 1 } }],
    'missing',
  ],
  ['a sparse one', LAG, [{ key: { lag: 1 }, name: 'lag_1', sparse: true }], 'missing, name taken'],
  ['one of other fields by its name', LAG, [{ key: { type: 1 }, name: 'lag_1' }], 'missing, name taken'],
  [
    'its own with a time to live',
    GONE,
    [{ key: { removeAt: 1 }, name: 'x', expireAfterSeconds: 0 }],
    'there',
  ],
  [
    'a unique one of another collection',
    GONE,
    [{ key: { size: 1 }, name: 'size_1', unique: true }],
    'missing',
  ],
])('beside %s', (_, wanted, existing, verdict) => {
  expect(judgeIndex(wanted, existing)).toBe(verdict);
});

it.each([
  [
    'a unique one on the same fields',
    LAG,
    [{ key: { lag: 1 }, name: 'lag_1', unique: true }],
    /lag_1 \{"lag":1\} of the collection keys is unique/,
  ],
  [
    'a unique one of keys, on any',
    LAG,
    [{ key: { type: 1 }, name: 'mine', unique: true }],
    /mine .* is unique/,
  ],
  [
    'a unique one on the same fields of values',
    GONE,
    [{ key: { removeAt: 1 }, name: 'x', unique: true, expireAfterSeconds: 0 }],
    /unique/,
  ],
  [
    'one that removes',
    LAG,
    [{ key: { lag: 1 }, name: 'ttl', expireAfterSeconds: 60 }],
    /ttl .* removes documents/,
  ],
  ['one that does not remove', GONE, [{ key: { removeAt: 1 }, name: 'r' }], /does not remove documents/],
])('%s is a problem that is named', (_, wanted, existing, problem) => {
  expect(judgeIndex(wanted, existing)).toMatchObject({
    problem: expect.stringMatching(problem),
    remedy: expect.stringMatching('drop it'),
  });
});
