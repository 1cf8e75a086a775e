import { describe, expect, it } from 'vitest';
import { missingActions } from '../../src/connection/inspect-mongo.js';
import { collectionsUsed } from '../../src/database/collections-used.js';

const ALL = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'listIndexes'];
const on = (db: string, collection: string, actions = ALL) => ({ resource: { db, collection }, actions });
const TWO = { all: ['keys', 'sets'], indexed: ['keys', 'sets'] };
const lacking = (...privileges: unknown[]) => missingActions(privileges, 'app', TWO);

it('a user whose privileges the server does not list lacks none that is known', () => {
  expect(lacking()).toEqual([]);
  expect(missingActions(undefined, 'app', TWO)).toEqual([]);
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

describe('a role that names the collections one by one', () => {
  const rules = [
    { pattern: 'o:*', types: ['stream' as const], collection: 'orders' },
    { pattern: 's:*', types: ['set' as const], collection: 'tags' },
  ];
  const DATA = ALL.slice(0, 5);
  const used = collectionsUsed(rules);
  const roleWithout = (without: string) =>
    used.all
      .filter((name) => name !== without)
      .map((name) => on('app', name, used.indexed.includes(name) ? ALL : DATA));

  it('needs all that the fleet uses, those of rules and of the fleet itself, too', () => {
    expect(missingActions(roleWithout('none'), 'app', used)).toEqual([]);
    for (const name of ['stream_messages', 'fleet', 'orders'])
      expect([name, missingActions(roleWithout(name), 'app', used)]).toEqual([name, DATA]);
    for (const name of ['keys', 'tags', 'tags_members', 'value_fingerprints'])
      expect([name, missingActions(roleWithout(name), 'app', used)]).toEqual([name, ALL]);
  });

  it('needs indexes on messages only where these are to go at some time', () => {
    expect(used.indexed).not.toContain('stream_messages');
    expect(collectionsUsed([{ pattern: '*', types: ['stream'], ttlMs: 1000 }]).indexed).toContain(
      'stream_messages',
    );
  });
});
