import { expect, it } from 'vitest';
import { mongoCode } from '../../src/errors/mongo-code.js';
import { mongoError } from '../../src/errors/mongo-error.js';

it.each([
  ['a document that a validator refuses', 525_074_461, 121],
  ['an update that makes a document too large', 285_999_133, 17_419],
  ['a duplicate key', 319_029_277, 11_000],
  ['a serialization failure', 16_777_220, 112],
])('%s: FerretDB’s %i is MongoDB’s %i', (_, sqlState, code) => {
  expect(mongoCode(sqlState)).toBe(code);
});

it.each([0, 1, 2, 121, 261, 11_000, 8_993_000])('MongoDB’s own %i stays', (code) => {
  expect(mongoCode(code)).toBe(code);
});

it('a serialization failure of PostgreSQL is transient', () => {
  const error = Object.assign(new Error('could not serialize access'), { code: 16_777_220 });
  expect(mongoError(error)).toMatchObject({ code: 'MONGO_CONFLICT', errorClass: 'transient' });
});
