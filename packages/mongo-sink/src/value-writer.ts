import { type KeyState, type ReplaceWrite, SyncError } from '@redis-to-mongo/pipeline';
import { type Db, type Document, MongoServerError } from 'mongodb';
import { GroupCommit } from './group-commit.js';
import { groupIndexes } from './group-indexes.js';
import { toKeyDocument } from './key-document.js';
import { mongoError } from './mongo-error.js';
import { removeUnits } from './value-remove-units.js';
import { writeCommand } from './write-command.js';

interface Replace {
  readonly state: KeyState;
  readonly write: ReplaceWrite;
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
      weigh: ({ write }) => 200 + write.bytes,
      concurrency: 2,
    });
  }

  /**
   * @throws SyncError STALE_READ when MongoDB holds a newer value. The key's revision is then raised to the
   * value's, so that a worker that died between the two does not block the key.
   */
  async replace(state: KeyState, write: ReplaceWrite): Promise<void> {
    if (write.hasMembers) return await this.#shrink(state, write);
    if ((await this.#groups.submit({ state, write })) === 'stale') await this.stale(write.collection, state);
  }

  /** Makes a large value a small one. Only units of attempts up to that very moment may be removed afterwards. */
  async #shrink(state: KeyState, write: ReplaceWrite): Promise<void> {
    const { q, u } = updateOf({ state, write });
    const after = await this.#db
      .collection<{ _id: string } & Document>(write.collection)
      .findOneAndUpdate(q, u, { upsert: true, returnDocument: 'after', projection: { attempts: 1 } })
      .catch((error: unknown) => {
        if (error instanceof MongoServerError && error.code === 11000) return undefined;
        throw mongoError(error);
      });
    if (after === undefined) return await this.stale(write.collection, state);
    await removeUnits(this.#db, write, state.key, Number(after?.attempts ?? 0));
  }

  /** Raises the key's revision to the value's, and throws STALE_READ. */
  async stale(collection: string, state: KeyState): Promise<never> {
    await this.#catchUp(collection, state);
    throw new SyncError('STALE_READ', 'overtaken', `key ${state.key}: MongoDB holds a newer value`);
  }

  async #commit(replaces: readonly Replace[]): Promise<('written' | 'stale')[]> {
    const results = replaces.map((): 'written' | 'stale' => 'written');
    const byCollection = groupIndexes(replaces, ({ write }) => write.collection);
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

  async #catchUp(collection: string, state: KeyState): Promise<void> {
    const { key, revision } = state;
    const found = await this.#db
      .collection<{ _id: string; revision: number }>(collection)
      .findOne({ _id: key }, { projection: { revision: 1 } })
      .catch((error: unknown) => {
        throw mongoError(error);
      });
    if (!found) return;
    if (revision > 0)
      await writeCommand(this.#db, {
        update: 'keys',
        updates: [{ q: { _id: key, revision }, u: { $set: { revision: found.revision } } }],
      });
    // The key's own document was never saved, or was lost: it begins behind the value.
    else
      await writeCommand(this.#db, {
        insert: 'keys',
        documents: [toKeyDocument({ ...state, position: null, revision: found.revision }, '')],
      });
  }
}

function updateOf(replace: Replace | undefined) {
  if (!replace) throw new RangeError('no such replacement');
  const { state, write } = replace;
  const revision = state.revision + 1;
  const gone = ['resumable', ...write.formFields].filter((name) => !(name in write.document));
  return {
    q: { _id: state.key, revision: { $lt: revision } },
    u: {
      $set: { ...write.document, revision, syncedAt: new Date() },
      $unset: Object.fromEntries(gone.map((name) => [name, ''])),
    },
    upsert: true,
  };
}
