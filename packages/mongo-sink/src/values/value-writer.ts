import {
  GroupCommit,
  groupBy,
  type KeyState,
  type Replacement,
  type ReplaceWrite,
  SyncError,
  shownKey,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { GroupedUpdates } from '../commands/grouped-updates.js';
import { RecordLists } from '../commands/record-lists.js';
import type { WriteError } from '../commands/write-command.js';
import { insertRecords, updateRecords, writeRecords } from '../commands/write-records.js';
import type { ValueCollections } from '../database/collection-of.js';
import { type ValueRefusal, valueRefusal, writeValueLetters } from '../dead-letters/dead-letters.js';
import { keyRefused } from '../dead-letters/key-letters.js';
import { mongoError, throwMongoError } from '../errors/mongo-error.js';
import { refusedBy } from '../errors/refused-by.js';
import { ActiveValues } from './active-values.js';
import { catchUpCommands } from './catch-up-commands.js';
import { removeElements } from './remove-elements.js';
import { changesHeld, PLAIN_VALUES, valueChange } from './value-changes.js';
import { MANIFEST_PROJECTION, parseManifest, refuseForeign } from './value-manifest.js';
import { documentIdOf, idTaken, ownerOf, pathsIn, type StoredValue } from './value-place.js';
import { documentOf, fieldsOf, marksOf, updateOf } from './value-records.js';

export type Replaced = 'written' | 'stale' | 'dead' | SyncError;

/** A value that is being replaced, and the result so far. */
interface Task extends Replacement {
  result: Replaced;
}

/**
 * Replaces a key's value document as a whole, unless MongoDB holds the same or a newer revision: then another
 * worker was faster, and this read is stale. The upsert of a stale value collides with the document's own
 * `_id`, so it shows as a duplicate key. A key's first value is inserted, which costs the server much less
 * than an upsert; if there is a document already, it is updated like the others. A refused value becomes a
 * dead letter, and the former value stays.
 */
export class ValueWriter {
  readonly #groups: GroupCommit<Replacement, Replaced>;
  readonly #lists: RecordLists;
  readonly #grouped: GroupedUpdates;
  readonly #active: ActiveValues;

  /** @param newSequence as of KeyStates. */
  constructor(
    private readonly db: Db,
    batchBytes: number,
    newSequence?: NewDocumentSequence,
  ) {
    this.#lists = new RecordLists(newSequence);
    this.#grouped = new GroupedUpdates(db, newSequence);
    this.#active = new ActiveValues(db);
    this.#groups = new GroupCommit((values) => this.replaceAll(values), {
      weight: batchBytes,
      weigh: ({ write }) => 200 + write.bytes,
      concurrency: 2,
    });
  }

  /**
   * @throws SyncError DOCUMENT_FOREIGN if a document that is not the fleet's has the key's name; KEY_REFUSED;
   * STALE_READ if MongoDB holds a newer value. Then the key's revision is raised to the value's, so that a
   * worker that died between the two writes does not block the key. The key no longer knows the value's
   * content.
   */
  async replace(state: KeyState, write: ReplaceWrite): Promise<'written' | 'dead'> {
    const result = write.hasMembers
      ? await this.#shrink(state, write)
      : await this.#groups.submit({ state, write });
    if (result === 'stale') return await this.stale(write, state);
    if (result instanceof SyncError) throw result;
    return result;
  }

  /** Makes a large value a small one, then removes the elements of the attempts that were claimed before. */
  async #shrink(state: KeyState, write: ReplaceWrite): Promise<Replaced> {
    const { q, u } = updateOf({ state, write });
    let after: StoredValue | null;
    try {
      after = await this.db
        .collection<StoredValue>(write.collection)
        .findOneAndUpdate(q, u, { upsert: true, returnDocument: 'after', projection: MANIFEST_PROJECTION });
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused) throw mongoError(error);
      if (refused.isOwnId) return await this.#settle({ state, write });
      return await this.#keep(state, write, refused);
    }
    const attempts = after ? parseManifest(after).attempts : 0;
    await removeElements(this.db, write, state.key, attempts, write.shape !== undefined);
    return 'written';
  }

  async #keep(
    state: KeyState,
    { collection, document }: ReplaceWrite,
    { code, message }: Pick<WriteError, 'code' | 'message'>,
  ): Promise<Replaced> {
    const letter = valueRefusal(state, collection, document, code, message);
    const [refused] = await writeValueLetters(this.db, [letter], new Date());
    return refused ?? 'dead';
  }

  /** Whether the key has an active document in the collection. @throws SyncError as mongoError. */
  async isActive(collection: string, state: KeyState): Promise<boolean> {
    return await this.#active.has(collection, state);
  }

  /** Raises the key's revision to the value's, if that is higher, and throws STALE_READ. */
  async stale(names: ValueCollections, state: KeyState): Promise<never> {
    await this.#catchUp(names, state);
    throw new SyncError('STALE_READ', 'overtaken', `key ${shownKey(state.key)}: MongoDB holds a newer value`);
  }

  /**
   * Replaces values that have no members. If a value is stale, its key's revision stays unchanged.
   * @returns the result of each value.
   * @throws SyncError as writeRecords.
   */
  async replaceAll(values: readonly Replacement[]): Promise<Replaced[]> {
    const tasks = values.map((value): Task => ({ ...value, result: 'written' }));
    const byCollection = groupBy(tasks, ({ write }) => write.collection);
    await Promise.all(
      [...byCollection].map(async ([collection, its]) => {
        const isFirst = ({ state }: Task) => state.revision === 0;
        await this.#mark(
          collection,
          its.filter(({ write }) => write.isMark),
        );
        const whole = its.filter(({ write }) => !write.isMark);
        const taken = await this.#insert(collection, whole.filter(isFirst));
        const known = whole.filter((task) => !isFirst(task));
        const left = await this.#updateTogether(collection, known);
        await this.#update(collection, [...left, ...taken]);
      }),
    );
    return tasks.map(({ result }) => result);
  }

  /** @returns the values that already have a document. */
  async #insert(collection: string, tasks: readonly Task[]): Promise<readonly Task[]> {
    if (tasks.length === 0) return [];
    const { errors } = await insertRecords(this.db, collection, tasks.map(documentOf), this.#lists);
    return await this.#taken(tasks, errors);
  }

  /** @returns the values that are still to be written. */
  async #updateTogether(collection: string, tasks: readonly Task[]): Promise<readonly Task[]> {
    const plain = tasks.filter(({ write }) => !write.shape);
    const changes = new Map(plain.map((task) => [task, valueChange(task)]));
    const list = [...changes.values()];
    const taken = await this.#grouped.update(collection, list, PLAIN_VALUES);
    if (taken === 'none') return tasks;
    const held = taken === 'all' ? new Set(list) : await changesHeld(this.db, collection, list);
    return tasks.filter((task) => {
      const change = changes.get(task);
      return !change || !held.has(change);
    });
  }

  async #update(collection: string, tasks: readonly Task[]): Promise<void> {
    if (tasks.length === 0) return;
    const { errors } = await updateRecords(this.db, collection, tasks.map(updateOf), this.#lists);
    for (const task of await this.#taken(tasks, errors)) task.result = await this.#settle(task);
  }

  /**
   * Marks existing documents. A missing one needs no mark. One that stays active has a newer revision: stale.
   */
  async #mark(collection: string, tasks: readonly Task[]): Promise<void> {
    if (tasks.length === 0) return;
    const { n, errors } = await updateRecords(this.db, collection, tasks.flatMap(marksOf), this.#lists);
    await this.#taken(
      tasks.flatMap((task) => [task, task]), // marksOf makes two updates for each
      errors,
    );
    if (n === tasks.length) return;
    const unrefused = tasks.filter(({ result }) => result === 'written');
    await Promise.all(
      unrefused.map(async (task) => {
        if (await this.isActive(collection, task.state)) task.result = 'stale';
      }),
    );
  }

  /**
   * Settles a value whose `_id` has a document that the update did not match: a newer one stays, and so does
   * another key's; the key's own in another shape is replaced; a large value is replaced, and its members are
   * removed.
   */
  async #settle(value: Replacement): Promise<Replaced> {
    const { state, write } = value;
    const documents = this.db.collection<StoredValue>(write.collection);
    const _id = documentIdOf(state);
    const found = await this.#find(write.collection, state);
    const owner = found ? ownerOf(found) : undefined;
    if (!found || owner === undefined) return 'stale';
    if (owner !== state.key) {
      if (write.document.active === false) return 'written'; // the key has no document there
      return await this.#keep(state, write, idTaken(found));
    }
    const manifest = parseManifest(found);
    if (manifest.revision > state.revision) return 'stale';
    if (manifest.isShaped === (write.shape !== undefined)) {
      const isLarge = manifest.form === 'members' && !write.hasMembers;
      return isLarge ? await this.#shrink(state, { ...write, hasMembers: true }) : 'stale';
    }
    const { attempts, aborted, healed } = manifest;
    const kept = attempts > 0 ? { attempts, aborted, healed } : {};
    const filter = { _id, ...pathsIn(manifest.isShaped, { revision: manifest.revision }) };
    try {
      const { matchedCount } = await documents.replaceOne(filter, fieldsOf(value, kept));
      if (matchedCount === 0) return 'stale';
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused) throw mongoError(error);
      return await this.#keep(state, write, refused);
    }
    if (manifest.form === 'members')
      await removeElements(this.db, write, state.key, attempts, manifest.isShaped);
    return 'written';
  }

  /**
   * Writes dead letters for values refused for their content.
   * @param tasks the value of each record of the command.
   * @returns those whose `_id` was taken.
   */
  async #taken(tasks: readonly Task[], errors: readonly WriteError[]): Promise<readonly Task[]> {
    const taken: Task[] = [];
    const refused = new Map<ValueRefusal, Task>();
    for (const { index, isOwnId, code, message } of errors) {
      const task = tasks[index];
      if (!task) throw new RangeError(`a command has no record ${index}`);
      const { state, write } = task;
      if (isOwnId) taken.push(task);
      else refused.set(valueRefusal(state, write.collection, write.document, code, message), task);
    }
    if (refused.size === 0) return taken;
    const results = await writeValueLetters(this.db, [...refused.keys()], new Date());
    for (const [i, task] of [...refused.values()].entries()) task.result = results[i] ?? 'dead';
    return taken;
  }

  async #find(collection: string, state: KeyState): Promise<StoredValue | null> {
    return await this.db
      .collection<StoredValue>(collection)
      .findOne({ _id: documentIdOf(state) }, { projection: MANIFEST_PROJECTION })
      .catch(throwMongoError);
  }

  async #catchUp(names: ValueCollections, state: KeyState): Promise<void> {
    const { key, revision } = state;
    const stored = await this.#find(names.collection, state);
    if (!stored) return;
    refuseForeign(names.collection, stored);
    const found = parseManifest(stored);
    // A worker may have made a large value a small one, and died before it removed the elements. If the last
    // attempt on them was committed, no attempt with a number up to its own is under way.
    if (found.form === 'inline' && found.attempts > 0 && found.attempts === found.healed)
      await removeElements(this.db, names, key, found.attempts, found.isShaped);
    // Another worker's attempt on the elements is not committed yet, so the value is unchanged.
    if (found.revision <= revision) return;
    for (const command of catchUpCommands(state, found)) {
      const { errors } = await writeRecords(this.db, { count: 1, command: () => command });
      // Without this error, each run would end as overtaken, although no other worker is faster.
      for (const { isOwnId, code } of errors) if (!isOwnId) throw keyRefused(key, code);
      if (errors.length === 0) return;
    }
  }
}
