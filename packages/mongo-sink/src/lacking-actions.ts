import type { Document } from 'mongodb';

/** What a role must allow on the target database. `readWrite` does. */
const ACTIONS = [
  'find',
  'insert',
  'update',
  'remove',
  'createCollection',
  'createIndex',
  'listIndexes',
] as const;

/**
 * The actions that a user's privileges leave out: those that are allowed neither on the whole database, nor on each
 * of the collections. Nothing is said where no privileges are listed: some servers list none, and whoever has none is refused
 * before this is asked.
 * @param privileges as `connectionStatus` tells them.
 */
export function lackingActions(
  privileges: unknown,
  dbName: string,
  collections: readonly string[],
): readonly string[] {
  if (!Array.isArray(privileges) || privileges.length === 0) return [];
  const isAllowed = (action: string, collection: string) =>
    privileges.some(
      ({ resource, actions }: { resource?: Document; actions?: unknown }) =>
        Array.isArray(actions) &&
        (actions.includes(action) || actions.includes('anyAction')) &&
        covers(resource, dbName, collection),
    );
  return ACTIONS.filter((action) => !collections.every((collection) => isAllowed(action, collection)));
}

/** An empty name stands for all: of databases, and of collections. */
function covers(resource: Document | undefined, dbName: string, collection: string): boolean {
  if (resource?.anyResource === true) return true;
  return (
    (resource?.db === '' || resource?.db === dbName) &&
    (resource?.collection === '' || resource?.collection === collection)
  );
}
