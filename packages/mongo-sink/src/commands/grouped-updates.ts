import { bulksOf, groupBy } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { connected } from '../connection/ensure-connected.js';
import { probeWrites } from '../connection/ping-mongo.js';
import { fleetFactsIn } from '../database/stored.js';
import { RecordLists } from './record-lists.js';
import { tryCommand } from './write-command.js';

/** A change of one document. */
export interface Change {
  readonly _id: string;
  /** An expression that must be true of the document; else the document stays unchanged. */
  readonly condition: Document;
  /** The fields to set. Other fields stay. */
  readonly fields: Document;
  /** Fields that the document must not have; else it stays unchanged. */
  readonly without?: readonly string[];
  /** Approximate size of the fields, in bytes. */
  readonly bytes: number;
}

/**
 * How many of the changes were applied.
 * - all: every change.
 * - some: MongoDB does not report which; possibly not a single one.
 * - none: nothing was sent.
 */
export type Taken = 'all' | 'some' | 'none';

/**
 * Documents per statement. More save nothing: the server compares each document with all keys of its
 * statement.
 */
const COUNT = 32;
const BYTES = 1024 * 1024;

/**
 * Changes many documents with one statement, which takes the server half as long as one statement per
 * document (decision 0017). The statement chooses each document's fields by its `_id`. MongoDB reports only
 * the number of changed documents per command. If that is not all, the caller finds out which, and changes
 * the others one by one.
 */
export class GroupedUpdates {
  readonly #lists: RecordLists;
  /** Whether the server counts only changed documents as modified; `undefined` until this was tested. */
  #countsChanged: boolean | undefined;

  /** @param newSequence as of KeyStates. */
  constructor(
    private readonly db: Db,
    newSequence: NewDocumentSequence | undefined,
  ) {
    this.#lists = new RecordLists(newSequence);
  }

  /**
   * Whether the server counts only changed documents as modified; tested once.
   * @throws SyncError as mongoError.
   */
  async countsChanged(): Promise<boolean> {
    this.#countsChanged ??= await countsChanged(this.db);
    return this.#countsChanged;
  }

  /**
   * @param filter a further condition on all documents.
   * @throws SyncError as tryCommand.
   */
  async update(collection: string, changes: readonly Change[], filter: Document = {}): Promise<Taken> {
    if (changes.length < 2 || !(await this.countsChanged())) return 'none';
    const updates = statementsOf(changes, filter);
    const reply = await tryCommand(this.db, {
      update: collection,
      updates: this.#lists.listOf('updates', updates) ?? updates,
    });
    return 'n' in reply && reply.n === changes.length ? 'all' : 'some';
  }
}

/** An expression for the fields that a document gets: none if the condition is false. */
export function changeOf({ condition, fields }: Pick<Change, 'condition' | 'fields'>): Document {
  return { $cond: [condition, { $literal: fields }, {}] };
}

function statementsOf(changes: readonly Change[], filter: Document): Document[] {
  const statements: Document[] = [];
  for (const alike of groupBy(changes, ({ without }) => without?.join()).values()) {
    const without = (alike[0].without ?? []).map((name) => [name, { $exists: false }]);
    const others = { ...filter, ...Object.fromEntries(without) };
    const limits = { sizeOf: ({ bytes }: Change) => bytes, size: BYTES, count: COUNT };
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
 * Tests whether the server counts only changed documents as modified. FerretDB 2 counts every document that a
 * pipeline replaced, even with itself. The test uses the document of probeWrites.
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
