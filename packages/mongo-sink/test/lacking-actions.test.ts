import { expect, it } from 'vitest';
import { lackingActions } from '../src/lacking-actions.js';

const ALL = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'listIndexes'];
const on = (db: string, collection: string, actions = ALL) => ({ resource: { db, collection }, actions });
const lacking = (...privileges: unknown[]) => lackingActions(privileges, 'app', ['keys', 'sets']);

it('a user whose privileges the server does not list lacks none that is known', () => {
  expect(lacking()).toEqual([]);
  expect(lackingActions(undefined, 'app', ['keys'])).toEqual([]);
});

it.each([
  ['readWrite on the database', on('app', '')],
  ['readWriteAnyDatabase', on('', '')],
  ['a role for everything', { resource: { anyResource: true }, actions: ['anyAction'] }],
])('%s is enough', (_, privilege) => {
  expect(lacking(privilege, { resource: { cluster: true }, actions: ['listDatabases'] })).toEqual([]);
});

it('so is a role that names each collection, by itself or with what the database allows', () => {
  expect(lacking(on('app', 'keys'), on('app', 'sets'))).toEqual([]);
  expect(lacking(on('app', '', ['find', 'listIndexes']), on('', 'keys'), on('app', 'sets'))).toEqual([]);
});

it('what is not allowed everywhere is lacking', () => {
  expect(lacking(on('app', '', ['find', 'listIndexes']))).toEqual(
    ALL.filter((action) => action !== 'find' && action !== 'listIndexes'),
  );
  expect(lacking(on('app', 'keys'))).toEqual(ALL);
  expect(lacking(on('other', ''))).toEqual(ALL);
});
