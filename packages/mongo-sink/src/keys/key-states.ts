import { randomBytes } from 'node:crypto';
import {
  GroupCommit,
  isTooLongKeyId,
  type KeyState,
  type LoadedState,
  type Saving,
  SyncError,
  shownKey,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { PlainBson } from '../bson/plain-bson.js';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';
import { findByIds } from '../commands/by-ids.js';
import { findRaw } from '../commands/find-raw.js';
import { type Change, changeOf, GroupedUpdates } from '../commands/grouped-updates.js';
import { RecordLists } from '../commands/record-lists.js';
import type { WriteError } from '../commands/write-command.js';
import { insertRecords, updateRecords } from '../commands/write-records.js';
import { keysIn } from '../database/stored.js';
import { keyRefused } from '../dead-letters/key-letters.js';
import { mongoError, throwMongoError } from '../errors/mongo-error.js';
import { changedFields, fromKeyDocument, HEAD, headOf, toKeyDocument } from './key-document.js';

/** The result of a save. If MongoDB refused it: the error code. */
export type Saved = 'saved' | 'moved' | { readonly code: number };

/** A save under way, and its result so far. */
interface Task extends Saving {
  result: Saved;
}

/** Approximate maximum size of a state's changed fields, in bytes. Their lists are bounded. */
const STATE_BYTES = 16 * 1024;

/** Loads and saves the keys' documents. Concurrent jobs share commands. */
export class KeyStates {
  /** Distinguishes this instance's saves from those of others. */
  readonly #instance = randomBytes(6).toString('base64url');
  /** The id of each save, by the state that it saves. A repeated save keeps its id. */
  readonly #savedBy = new WeakMap<KeyState, string>();
  #saved = 0;
  readonly #bson = new PlainBson();
  readonly #lists: RecordLists;
  readonly #grouped: GroupedUpdates;
  readonly #loads: GroupCommit<string, { readonly loaded: LoadedState | SyncError | undefined }>;
  readonly #saves: GroupCommit<Saving, Saved>;

  /** @param newSequence sends ready-made BSON; without it, the driver encodes the documents. */
  constructor(
    private readonly db: Db,
    newSequence?: NewDocumentSequence,
  ) {
    this.#lists = new RecordLists(newSequence);
    this.#grouped = new GroupedUpdates(db, newSequence);
    const limits = { weight: 1000, weigh: () => 1, concurrency: 2 };
    this.#loads = new GroupCommit(async (keys) => {
      const loaded = await this.loadAll(keys);
      return keys.map((key) => ({ loaded: loaded.get(key) }));
    }, limits);
    this.#saves = new GroupCommit((saves) => this.saveAll(saves), limits);
  }

  /** @throws SyncError KEY_STATE_INVALID, or as mongoError. */
  async load(key: string): Promise<KeyState | undefined> {
    const { loaded } = await this.#loads.submit(key);
    if (loaded instanceof SyncError) throw loaded;
    return loaded?.whole();
  }

  /**
   * Compare-and-set: saves `next` if MongoDB still holds the revision of `before`.
   * @throws SyncError POSITION_MOVED if it does not: another worker has moved the position. KEY_REFUSED if
   * MongoDB refuses this key's document.
   */
  async save(before: KeyState, next: KeyState): Promise<void> {
    const result = await this.#saves.submit({ before, next });
    if (typeof result === 'object') throw keyRefused(next.key, result.code);
    if (result === 'moved')
      throw new SyncError(
        'POSITION_MOVED',
        'overtaken',
        `key ${shownKey(next.key)}: another worker has moved the position`,
      );
  }

  /**
   * Loads the states of keys that were saved before; KEY_STATE_INVALID for a key whose document cannot be
   * read.
   * @throws SyncError as mongoError.
   */
  async loadAll(keys: readonly string[]): Promise<ReadonlyMap<string, LoadedState | SyncError>> {
    // A name too long for MongoDB belongs to no saved key, and would make the query fail.
    const names = [...new Set(keys)].filter((key) => !isTooLongKeyId(key));
    const found = await findRaw(this.db, 'keys', names).catch(throwMongoError);
    const states = new Map<string, LoadedState | SyncError>();
    for (const bytes of found) {
      const document = this.#bson.read(bytes, HEAD);
      states.set(String(document._id), this.#readState(document, bytes));
    }
    return states;
  }

  /**
   * Saves many states; see save.
   * @returns the result of each save.
   * @throws SyncError as writeRecords, if the cause is not a single key.
   */
  async saveAll(saves: readonly Saving[]): Promise<Saved[]> {
    const tasks = saves.map((save): Task => ({ ...save, result: 'saved' }));
    const isFirst = ({ before }: Task) => before.revision === 0;
    const rest = tasks.filter((task) => !isFirst(task));
    await Promise.all([this.#insert(tasks.filter(isFirst)), this.#update(rest)]);
    return tasks.map(({ result }) => result);
  }

  async #insert(tasks: readonly Task[]): Promise<void> {
    if (tasks.length === 0) return;
    const documents = tasks.map(({ next }) => toKeyDocument(next, this.#savedByOf(next)));
    const { errors } = await insertRecords(this.db, 'keys', documents, this.#lists);
    noteRefused(
      tasks,
      errors.filter(({ isOwnId }) => !isOwnId),
    );
    // A key whose first jobs failed has a document that recordError made, but no save.
    await this.#update(errors.flatMap(({ index, isOwnId }) => (isOwnId ? (tasks[index] ?? []) : [])));
  }

  async #update(tasks: readonly Task[]): Promise<void> {
    const left = await this.#updateTogether(tasks);
    if (left.length === 0) return;
    const isCounted = await this.#grouped.countsChanged();
    const updates = left.map((task) => this.#updateOf(task, isCounted));
    const { n, errors } = await updateRecords(this.db, 'keys', updates, this.#lists);
    noteRefused(left, errors);
    if (n + errors.length === updates.length) return;
    const suspects = left.filter(({ result }) => result === 'saved');
    for (const task of await this.#unsaved(suspects)) task.result = 'moved';
  }

  /** @returns the saves that are still to be made. */
  async #updateTogether(tasks: readonly Task[]): Promise<readonly Task[]> {
    const taken = await this.#grouped.update(
      'keys',
      tasks.map((task) => this.#changeOf(task)),
    );
    if (taken === 'all') return [];
    return taken === 'none' ? tasks : await this.#unsaved(tasks);
  }

  /**
   * An update that leaves a document with another revision unchanged. The update compares the revision, not
   * the query, because servers have a fast path for queries by `_id` alone. If a server counts unchanged
   * documents as modified, the query compares it, too.
   */
  #updateOf(save: Saving, isCounted: boolean): Document {
    const change = this.#changeOf(save);
    const held = isCounted ? {} : { revision: save.before.revision };
    return {
      q: { _id: change._id, ...held },
      u: [{ $replaceWith: { $mergeObjects: ['$$ROOT', changeOf(change)] } }],
    };
  }

  #changeOf({ before, next }: Saving): Change {
    return {
      _id: next.key,
      condition: { $eq: ['$revision', before.revision] },
      fields: { ...changedFields(before, next, this.#savedByOf(next)), lastError: next.lastError },
      bytes: STATE_BYTES,
    };
  }

  /**
   * Finds the failed saves, which MongoDB does not report per record. A repeated command recognizes its own
   * save.
   */
  async #unsaved(suspects: readonly Task[]): Promise<readonly Task[]> {
    if (suspects.length === 0) return [];
    const keys = suspects.map(({ next }) => next.key);
    const projection = { revision: 1, savedBy: 1 };
    const documents = await findByIds(keysIn(this.db), keys, projection).catch(throwMongoError);
    const held = new Map(documents.map(({ _id, revision, savedBy }) => [_id, { revision, savedBy }]));
    return suspects.filter(({ next }) => {
      const found = held.get(next.key);
      return found?.savedBy !== this.#savedByOf(next) || found.revision !== next.revision;
    });
  }

  /**
   * If the queue loses a claim, two runs of one process can begin with the same state. Their saves need
   * different ids.
   */
  #savedByOf(next: KeyState): string {
    const known = this.#savedBy.get(next);
    if (known !== undefined) return known;
    const made = `${this.#instance}${(++this.#saved).toString(36)}`;
    this.#savedBy.set(next, made);
    return made;
  }

  #readState(document: Document, bytes: Uint8Array): LoadedState | SyncError {
    try {
      const { key, keyType, status, position, lastError, pausedAt } = headOf(document);
      return {
        key,
        keyType,
        status,
        position,
        lastError,
        pausedAt,
        whole: () => fromKeyDocument(this.#bson.read(bytes)),
      };
    } catch (error) {
      return mongoError(error);
    }
  }
}

function noteRefused(tasks: readonly Task[], errors: readonly WriteError[]): void {
  for (const { index, code } of errors) {
    const task = tasks[index];
    if (task) task.result = { code };
  }
}
