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

it.each([
  ['mongod', 8, 'WiredTigerRecordStore::insertRecord :: caused by :: 28: No space left on device'],
  ['FerretDB', 1, 'could not extend file "base/16384/16601": No space left on device'],
  ['FerretDB, of one document', 4_293, 'could not extend file "base/16384/16601": No space left on device'],
])('a full disk is told by its words: %s, code %i', (_, code, message) => {
  expect(mongoCode(code, message)).toBe(14_031);
  const error = Object.assign(new Error(message), { code });
  expect(mongoError(error)).toMatchObject({ code: 'MONGO_DISK_FULL', errorClass: 'configuration' });
});

it('a refused value that quotes these words is not about the disk', () => {
  expect(mongoCode(121, 'No space left on device')).toBe(121);
});
