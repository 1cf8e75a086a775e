import type { RuleSpec } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { collectionsUsed } from '../database/collections-used.js';
import { foreignStreams } from '../database/streams-view.js';
import { unusableCollections } from '../database/unusable-collections.js';
import { unlessRefused } from '../errors/refused-by.js';
import { INDEXES } from '../indexes/indexes.js';
import { type IndexProblem, judgeIndex } from '../indexes/judge-index.js';
import { indexesOf } from '../indexes/make-index.js';
import { ruleIndexes } from '../indexes/rule-indexes.js';
import type { Index } from '../indexes/value-indexes.js';
import { connected } from './ensure-connected.js';

/** The state of a MongoDB server, and of the indexes and privileges that the fleet needs. */
export interface MongoReport {
  readonly version: string;
  /** Another product that speaks MongoDB's protocol, if it names itself, such as `FerretDB v2.5.0`. */
  readonly product: string | undefined;
  /** The replica set's name; `undefined` for a standalone server. */
  readonly replicaSet: string | undefined;
  /** Whether the server is a mongos of a sharded cluster. */
  readonly isSharded: boolean;
  readonly isWritable: boolean;
  /**
   * How far the server's clock is ahead of ours, in ms, within half of the round trip; `undefined` if
   * unknown.
   */
  readonly clockAheadMs: number | undefined;
  /** Indexes that the fleet would create at its next start, and those that it could not. */
  readonly indexes: IndexReport;
  /** Actions on the database that the user lacks; empty if the server asks for no login, or does not list them. */
  readonly lackingPrivileges: readonly string[];
}

/**
 * Inspects the server without writing.
 * @throws SyncError as mongoError, if the server does not answer or refuses the login.
 */
export async function inspectMongo(db: Db, rules: readonly RuleSpec[] = []): Promise<MongoReport> {
  return await connected(db, async () => {
    const asked = Date.now();
    const hello = await db.command({ hello: 1 });
    const answered = Date.now();
    const build = await db.command({ buildInfo: 1 });
    const time: unknown = hello.localTime;
    return {
      version: String(build.version),
      product: productOf(build),
      replicaSet: typeof hello.setName === 'string' ? hello.setName : undefined,
      isSharded: hello.msg === 'isdbgrid',
      isWritable: hello.isWritablePrimary === true,
      clockAheadMs: time instanceof Date ? time.getTime() - (asked + answered) / 2 : undefined,
      indexes: await inspectIndexes(db, rules),
      lackingPrivileges: await lackingPrivileges(db, rules),
    };
  });
}

function productOf({ ferretdb }: Document): string | undefined {
  if (!ferretdb) return undefined;
  const version = String(ferretdb.version ?? '');
  return /\d/.test(version) ? `FerretDB ${version}` : 'FerretDB';
}

/** The state of the indexes that the fleet uses, and what has the name of one of its collections. */
export type IndexReport = Awaited<ReturnType<typeof inspectIndexes>>;

/**
 * Compares the indexes that exist with those that the fleet needs.
 * @throws as inspectMongo.
 */
export async function inspectIndexes(db: Db, rules: readonly RuleSpec[] = []) {
  const unusable = await unusableCollections(db, rules);
  const wanted = [...INDEXES, ...ruleIndexes(rules)].filter(
    ({ collection }) => !unusable.some(({ name }) => name === collection),
  );
  const there = new Map<string, Document[]>();
  const taken = await connected(db, async () => {
    for (const name of new Set(wanted.map(({ collection }) => collection)))
      there.set(name, await indexesOf(db, name));
    return await foreignStreams(db, rules);
  });
  /** Missing indexes, as `collection {field: 1}`. */
  const missing: string[] = [];
  /** Indexes that conflict with the fleet's, or refuse its documents. */
  const problems = new Map<string, IndexProblem>();
  for (const index of wanted) {
    const verdict = judgeIndex(index, there.get(index.collection) ?? []);
    if (typeof verdict === 'object') problems.set(verdict.problem, verdict);
    else if (verdict !== 'there') missing.push(inWords(index));
  }
  return { missing, problems: [...unusable, ...(taken ? [taken] : []), ...problems.values()] };
}

function inWords({ collection, key }: Index): string {
  const fields = Object.entries(key).map(([field, order]) => `${field}: ${order}`);
  return `${collection} {${fields.join(', ')}}`;
}

async function lackingPrivileges(db: Db, rules: readonly RuleSpec[]): Promise<readonly string[]> {
  // Not every server knows the command.
  const status = await db.command({ connectionStatus: 1, showPrivileges: true }).catch(unlessRefused());
  const users: unknown = status?.authInfo?.authenticatedUsers;
  if (!Array.isArray(users) || users.length === 0) return [];
  const privileges: unknown = status?.authInfo?.authenticatedUserPrivileges;
  return missingActions(privileges, db.databaseName, collectionsUsed(rules));
}

/** Actions that a role must allow on the target database. `readWrite` does. */
const ON_ALL = ['find', 'insert', 'update', 'remove', 'createCollection'] as const;
const ON_INDEXED = ['createIndex', 'listIndexes'] as const;

/**
 * The actions that a user lacks: those that are allowed neither on the whole database, nor on each collection
 * that needs them. The result is empty if no privileges are listed: some servers list none, and a user
 * without any is refused earlier.
 * @param privileges as `connectionStatus` shows them.
 */
export function missingActions(
  privileges: unknown,
  dbName: string,
  { all, indexed }: ReturnType<typeof collectionsUsed>,
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

/** An empty name stands for all databases, or all collections. */
function covers(resource: Document | undefined, dbName: string, collection: string): boolean {
  if (resource?.anyResource === true) return true;
  return (
    (resource?.db === '' || resource?.db === dbName) &&
    (resource?.collection === '' || resource?.collection === collection)
  );
}
