import { randomBytes } from 'node:crypto';
import { type KeyState, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { GroupCommit } from './group-commit.js';
import { changedFields, fromKeyDocument, toKeyDocument } from './key-document.js';
import { mongoError } from './mongo-error.js';
import { writeCommand } from './write-command.js';

interface Save {
  readonly before: KeyState;
  readonly next: KeyState;
}

/** Loads and saves the keys' documents; what concurrent jobs ask for is gathered into shared commands. */
export class KeyStates {
  readonly #db: Db;
  /** Tells this instance's saves from those of others. */
  readonly #savedBy = randomBytes(6).toString('base64url');
  readonly #loads: GroupCommit<string, { state: KeyState | undefined; error?: unknown }>;
  readonly #saves: GroupCommit<Save, 'saved' | 'moved'>;

  constructor(db: Db) {
    this.#db = db;
    const limits = { weight: 1000, weigh: () => 1, concurrency: 2 };
    this.#loads = new GroupCommit((keys) => this.#loadAll(keys), limits);
    this.#saves = new GroupCommit((saves) => this.#saveAll(saves), limits);
  }

  /** @throws SyncError KEY_STATE_INVALID, or as mongoError tells. */
  async load(key: string): Promise<KeyState | undefined> {
    const { state, error } = await this.#loads.submit(key);
    if (error) throw error;
    return state;
  }

  /**
   * Compare-and-set: saves `next` if MongoDB still holds the revision of `before`.
   * @throws SyncError POSITION_MOVED when it does not: another worker has moved the position.
   */
  async save(before: KeyState, next: KeyState): Promise<void> {
    if ((await this.#saves.submit({ before, next })) === 'moved')
      throw new SyncError(
        'POSITION_MOVED',
        'overtaken',
        `key ${next.key}: another worker has moved the position`,
      );
  }

  async #loadAll(keys: readonly string[]): Promise<{ state: KeyState | undefined; error?: unknown }[]> {
    const documents = await this.#find({ _id: { $in: [...new Set(keys)] } });
    const byKey = new Map(documents.map((document) => [document._id, document]));
    return keys.map((key) => {
      const document = byKey.get(key);
      if (!document) return { state: undefined };
      try {
        return { state: fromKeyDocument(document) };
      } catch (error) {
        return { state: undefined, error };
      }
    });
  }

  async #saveAll(saves: readonly Save[]): Promise<('saved' | 'moved')[]> {
    const results = saves.map((): 'saved' | 'moved' => 'saved');
    await Promise.all([this.#insertFirst(saves, results), this.#updateRest(saves, results)]);
    return results;
  }

  async #insertFirst(saves: readonly Save[], results: ('saved' | 'moved')[]): Promise<void> {
    const first = [...saves.keys()].filter((i) => saves[i]?.before.revision === 0);
    if (first.length === 0) return;
    const documents = first
      .flatMap((i) => saves[i] ?? [])
      .map(({ next }) => toKeyDocument(next, this.#savedBy));
    const reply = await writeCommand(this.#db, { insert: 'keys', documents });
    const refused = reply.errors.map((error) => {
      if (!error.isOwnId)
        throw new SyncError('MONGO_UNKNOWN', 'unknown', `MongoDB refused a position with code ${error.code}`);
      return first[error.index] ?? -1;
    });
    await this.#markMoved(saves, refused, results);
  }

  async #updateRest(saves: readonly Save[], results: ('saved' | 'moved')[]): Promise<void> {
    const rest = [...saves.keys()].filter((i) => saves[i]?.before.revision !== 0);
    if (rest.length === 0) return;
    const updates = rest
      .flatMap((i) => saves[i] ?? [])
      .map(({ before, next }) => ({
        q: { _id: next.key, revision: before.revision },
        u: { $set: changedFields(before, next, this.#savedBy) },
      }));
    const reply = await writeCommand(this.#db, { update: 'keys', updates });
    const refused = reply.errors[0];
    if (refused)
      throw new SyncError('MONGO_UNKNOWN', 'unknown', `MongoDB refused a position with code ${refused.code}`);
    if (reply.n < updates.length) await this.#markMoved(saves, rest, results);
  }

  /** Looks which saves did not take: MongoDB does not tell that per record. A repeated command finds its own save. */
  async #markMoved(
    saves: readonly Save[],
    suspects: readonly number[],
    results: ('saved' | 'moved')[],
  ): Promise<void> {
    if (suspects.length === 0) return;
    const keys = suspects.flatMap((i) => saves[i]?.next.key ?? []);
    const documents = await this.#find({ _id: { $in: keys } }, { revision: 1, savedBy: 1 });
    const held = new Map(documents.map(({ _id, revision, savedBy }) => [_id, { revision, savedBy }]));
    for (const i of suspects) {
      const next = saves[i]?.next;
      const found = next && held.get(next.key);
      if (found?.savedBy !== this.#savedBy || found.revision !== next?.revision) results[i] = 'moved';
    }
  }

  async #find(filter: Document, projection?: Document): Promise<(Document & { _id: string })[]> {
    return await this.#db
      .collection<{ _id: string } & Document>('keys')
      .find(filter, projection ? { projection } : {})
      .toArray()
      .catch((error: unknown) => {
        throw mongoError(error);
      });
  }
}
