import type { Document } from 'mongodb';
import type { CollectionsUsed } from '../database/collections-used.js';

/** What a role must allow on the target database. `readWrite` does. */
const ON_ALL = ['find', 'insert', 'update', 'remove', 'createCollection'] as const;
const ON_INDEXED = ['createIndex', 'listIndexes'] as const;

/**
 * The actions that a user's privileges leave out: those that are allowed neither on the whole database, nor on each
 * of the collections that need them. Nothing is said where no privileges are listed: some servers list none, and anyone who has none is refused
 * before this is asked.
 * @param privileges as `connectionStatus` shows them.
 */
export function missingActions(
  privileges: unknown,
  dbName: string,
  { all, indexed }: CollectionsUsed,
): readonly string[] {
  if (!Array.isArray(privileges) || privileges.length === 0) return [];
  const isAllowed = (action: string, collection: string) =>
    privileges.some(
      ({ resource, actions }: { resource?: Document; actions?: unknown }) =>
        Array.isArray(actions) &&
        (actions.includes(action) || actions.includes('anyAction')) &&
        covers(resource, dbName, collection),
    );
  const lacking = (actions: readonly string[], collections: readonly string[]) =>
    actions.filter((action) => !collections.every((collection) => isAllowed(action, collection)));
  return [...lacking(ON_ALL, all), ...lacking(ON_INDEXED, indexed)];
}

/** An empty name stands for all: of databases, and of collections. */
function covers(resource: Document | undefined, dbName: string, collection: string): boolean {
  if (resource?.anyResource === true) return true;
  return (
    (resource?.db === '' || resource?.db === dbName) &&
    (resource?.collection === '' || resource?.collection === collection)
  );
}
