import { type KeyState, SyncError, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { GroupCommit } from './group-commit.js';
import { groupIndexes } from './group-indexes.js';
import { writeCommand } from './write-command.js';

interface Replace {
  readonly collection: string;
  readonly key: string;
  readonly revision: number;
  readonly document: ValueDocument;
}

/**
 * Replaces a key's value document as a whole, unless MongoDB holds one of the same or a newer revision: then
 * another worker was faster, and this read is stale. The upsert of a refused replacement meets the document's own
 * `_id`, so the refusal shows as a duplicate key.
 */
export class ValueWriter {
  readonly #db: Db;
  readonly #groups: GroupCommit<Replace, 'written' | 'stale'>;

  constructor(db: Db, batchBytes: number) {
    this.#db = db;
    this.#groups = new GroupCommit((replaces) => this.#commit(replaces), {
      weight: batchBytes,
      weigh: ({ document }) => 200 + (Array.isArray(document.members) ? document.members.length * 32 : 0),
      concurrency: 2,
    });
  }

  /**
   * @throws SyncError STALE_READ when MongoDB holds a newer value. The key's revision is then raised to the
   * value's, so that a worker that died between the two does not block the key.
   */
  async replace(state: KeyState, collection: string, document: ValueDocument): Promise<void> {
    const revision = state.revision + 1;
    if ((await this.#groups.submit({ collection, key: state.key, revision, document })) === 'written') return;
    await this.#catchUp(collection, state);
    throw new SyncError('STALE_READ', 'overtaken', `key ${state.key}: MongoDB holds a newer value`);
  }

  async #commit(replaces: readonly Replace[]): Promise<('written' | 'stale')[]> {
    const results = replaces.map((): 'written' | 'stale' => 'written');
    const byCollection = groupIndexes(replaces, ({ collection }) => collection);
    for (const [collection, indexes] of byCollection) {
      const reply = await writeCommand(this.#db, {
        update: collection,
        updates: indexes.map((i) => updateOf(replaces[i])),
      });
      for (const error of reply.errors) {
        const i = indexes[error.index];
        if (!error.isOwnId || i === undefined)
          throw new SyncError('MONGO_UNKNOWN', 'unknown', `MongoDB refused a value with code ${error.code}`);
        results[i] = 'stale';
      }
    }
    return results;
  }

  async #catchUp(collection: string, { key, revision }: KeyState): Promise<void> {
    const found = await this.#db
      .collection<{ _id: string; revision: number }>(collection)
      .findOne({ _id: key }, { projection: { revision: 1 } });
    if (!found) return;
    await writeCommand(this.#db, {
      update: 'keys',
      updates: [{ q: { _id: key, revision }, u: { $set: { revision: found.revision } } }],
    });
  }
}

function updateOf(replace: Replace | undefined): Record<string, unknown> {
  if (!replace) throw new RangeError('no such replacement');
  const { key, revision, document } = replace;
  return {
    q: { _id: key, revision: { $lt: revision } },
    u: { _id: key, revision, ...document, syncedAt: new Date() },
    upsert: true,
  };
}
