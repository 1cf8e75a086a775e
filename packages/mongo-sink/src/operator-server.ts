import type { RuleSpec } from '@redis-to-mongo/pipeline';
import { type Db, type Document, MongoServerError } from 'mongodb';
import { ensureConnected } from './ensure-connected.js';
import { mongoError } from './mongo-error.js';
import { INDEXES } from './prepare-database.js';
import { ruleIndexes } from './rule-indexes.js';

/** What a MongoDB tells of itself, and of what the fleet needs there. */
export interface MongoReport {
  readonly version: string;
  /** The replica set's name; `undefined` for a server alone. */
  readonly replicaSet: string | undefined;
  /** Behind a mongos of a sharded cluster. */
  readonly isSharded: boolean;
  readonly isWritable: boolean;
  /** How far its clock is ahead of ours, in ms, give or take half of the answer's time; `undefined` where it hides it. */
  readonly clockAheadMs: number | undefined;
  /** Indexes that the fleet would make at its next start, as `collection {field: 1}`. */
  readonly missingIndexes: readonly string[];
  /** Actions on the database that the user lacks; empty where the server asks for no login, or does not tell. */
  readonly lackingPrivileges: readonly string[];
}

/** NamespaceNotFound: the collection is not there yet. */
const NO_NAMESPACE = 26;

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
 * Looks the server over, and writes nothing.
 * @throws SyncError as mongoError tells, when it does not answer or refuses the login.
 */
export async function inspectMongo(db: Db, rules: readonly RuleSpec[] = []): Promise<MongoReport> {
  try {
    await ensureConnected(db);
    const asked = Date.now();
    const hello = await db.command({ hello: 1 });
    const answered = Date.now();
    const { version } = await db.command({ buildInfo: 1 });
    const time: unknown = hello.localTime;
    return {
      version: String(version),
      replicaSet: typeof hello.setName === 'string' ? hello.setName : undefined,
      isSharded: hello.msg === 'isdbgrid',
      isWritable: hello.isWritablePrimary === true,
      clockAheadMs: time instanceof Date ? time.getTime() - (asked + answered) / 2 : undefined,
      missingIndexes: await missingIndexes(db, rules),
      lackingPrivileges: await lackingPrivileges(db),
    };
  } catch (error) {
    throw mongoError(error);
  }
}

/** The indexes that the fleet uses and that are not there. @throws as inspectMongo. */
export async function missingIndexes(db: Db, rules: readonly RuleSpec[] = []): Promise<readonly string[]> {
  const wanted = [...INDEXES, ...ruleIndexes(rules)];
  const there = new Map<string, Set<string>>();
  try {
    await ensureConnected(db);
    for (const name of new Set(wanted.map(({ collection }) => collection)))
      there.set(name, new Set((await indexesOf(db, name)).map(({ key }) => JSON.stringify(key))));
  } catch (error) {
    throw mongoError(error);
  }
  return wanted
    .filter(({ collection, key }) => !there.get(collection)?.has(JSON.stringify(key)))
    .map(
      ({ collection, key }) =>
        `${collection} {${Object.keys(key)
          .map((field) => `${field}: 1`)
          .join(', ')}}`,
    );
}

async function indexesOf(db: Db, collection: string): Promise<Document[]> {
  return await db
    .collection(collection)
    .indexes()
    .catch((error: unknown) => {
      if (error instanceof MongoServerError && error.code === NO_NAMESPACE) return [];
      throw error;
    });
}

async function lackingPrivileges(db: Db): Promise<readonly string[]> {
  const status = await db.command({ connectionStatus: 1, showPrivileges: true }).catch(() => undefined);
  const users: unknown = status?.authInfo?.authenticatedUsers;
  const privileges: unknown = status?.authInfo?.authenticatedUserPrivileges;
  if (!Array.isArray(users) || users.length === 0 || !Array.isArray(privileges)) return [];
  const granted = new Set(
    privileges
      .filter(({ resource }) => resource?.anyResource || isWholeDatabase(resource, db.databaseName))
      .flatMap(({ actions }) => (Array.isArray(actions) ? actions.map(String) : [])),
  );
  return granted.has('anyAction') ? [] : ACTIONS.filter((action) => !granted.has(action));
}

function isWholeDatabase(resource: Document | undefined, name: string): boolean {
  return resource?.collection === '' && (resource.db === '' || resource.db === name);
}
