import type { Db, Document } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { connected } from '../connection/ensure-connected.js';
import { probeWrites } from '../connection/ping-mongo.js';
import { fleetFactsIn } from '../database/stored.js';
import { bulksOf } from './bulks-of.js';
import { groupIndexes } from './group-indexes.js';
import { RecordLists } from './record-lists.js';
import { tryCommand } from './write-command.js';

/** What a document becomes. */
export interface Change {
  readonly _id: string;
  /** What must be true of the document, as an expression; else it stays as it is. */
  readonly condition: Document;
  /** What it gets; its other fields stay. */
  readonly fields: Document;
  /** Fields that it must not have; else it stays as it is. */
  readonly without?: readonly string[];
  /** About how many bytes the fields take. */
  readonly bytes: number;
}

/**
 * How many of the changes took.
 * - all: each of them.
 * - some: MongoDB does not report which; none is possible, too.
 * - none: nothing was sent.
 */
export type Taken = 'all' | 'some' | 'none';

/** Documents of one statement: more save nothing, since the server compares each document with all keys of its statement. */
const COUNT = 32;
const BYTES = 1024 * 1024;

/**
 * Changes documents, many of them by one statement: a server takes half of the time that one statement for each document takes
 * (decision 0017). Each document finds its own fields by its `_id`. MongoDB only reports how many documents of a command
 * were changed. Where that is not all, the caller looks which, and changes the others one by one.
 */
export class GroupedUpdates {
  readonly #db: Db;
  readonly #lists: RecordLists;
  /** Whether the server counts only changed documents as modified; `undefined` until it was asked. */
  #countsChanged: boolean | undefined;

  /** @param newSequence as of KeyStates. */
  constructor(db: Db, newSequence: NewDocumentSequence | undefined) {
    this.#db = db;
    this.#lists = new RecordLists(newSequence);
  }

  /** Whether an update that leaves a document as it is counts as none. @throws SyncError as mongoError. */
  async countsChanged(): Promise<boolean> {
    this.#countsChanged ??= await countsChanged(this.#db);
    return this.#countsChanged;
  }

  /**
   * @param filter what else must be true of all documents.
   * @throws SyncError as tryCommand.
   */
  async update(collection: string, changes: readonly Change[], filter: Document = {}): Promise<Taken> {
    if (changes.length < 2 || !(await this.countsChanged())) return 'none';
    const updates = statementsOf(changes, filter);
    const reply = await tryCommand(this.#db, {
      update: collection,
      updates: this.#lists.listOf('updates', updates) ?? updates,
    });
    return 'n' in reply && reply.n === changes.length ? 'all' : 'some';
  }
}

/** What a document gets: nothing, if the condition is not true. An expression. */
export function changeOf({ condition, fields }: Pick<Change, 'condition' | 'fields'>): Document {
  return { $cond: [condition, { $literal: fields }, {}] };
}

function statementsOf(changes: readonly Change[], filter: Document): Document[] {
  const statements: Document[] = [];
  for (const indexes of groupIndexes(changes, ({ without }) => without?.join() ?? '').values()) {
    const alike = indexes.flatMap((i) => changes[i] ?? []);
    const without = (alike[0]?.without ?? []).map((name) => [name, { $exists: false }]);
    const others = { ...filter, ...Object.fromEntries(without) };
    const limits = { sizeOf: ({ bytes }: Change) => bytes, bytes: BYTES, count: COUNT };
    for (const group of bulksOf(alike, limits)) statements.push(statementOf(group, others));
  }
  return statements;
}

function statementOf(group: readonly Change[], filter: Document): Document {
  const branches = group.map((change) => ({
    case: { $eq: ['$_id', { $literal: change._id }] },
    // biome-ignore lint/suspicious/noThenProperty: MongoDB's name; no one awaits it
    then: changeOf(change),
  }));
  return {
    q: { _id: { $in: group.map(({ _id }) => _id) }, ...filter },
    u: [{ $replaceWith: { $mergeObjects: ['$$ROOT', { $switch: { branches, default: {} } }] } }],
    multi: true,
  };
}

/**
 * Whether the server counts only those documents as modified that an update changed. FerretDB 2 counts each that a pipeline replaced,
 * also by itself. Asked on the document that probes write.
 * @throws SyncError as mongoError.
 */
async function countsChanged(db: Db): Promise<boolean> {
  await probeWrites(db);
  return await connected(db, async () => {
    const { modifiedCount } = await fleetFactsIn(db).updateOne({ _id: 'probe' }, [
      { $replaceWith: '$$ROOT' },
    ]);
    return modifiedCount === 0;
  });
}
