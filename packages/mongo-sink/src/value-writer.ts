import { type KeyState, type ReplaceWrite, SyncError } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { writeValueLetters } from './dead-letters.js';
import { GroupCommit } from './group-commit.js';
import { groupIndexes } from './group-indexes.js';
import { toKeyDocument } from './key-document.js';
import { mongoError } from './mongo-error.js';
import { refusedBy } from './refused-by.js';
import { dropValueLetter, valueRefusal } from './value-letters.js';
import { removeUnits } from './value-remove-units.js';
import { type WriteError, writeCommand } from './write-command.js';
import { writeRecords } from './write-records.js';

interface Replace {
  readonly state: KeyState;
  readonly write: ReplaceWrite;
}

type Replaced = 'written' | 'stale' | 'dead';

/**
 * Replaces a key's value document as a whole, unless MongoDB holds one of the same or a newer revision: then
 * another worker was faster, and this read is stale. The upsert of a refused replacement meets the document's own
 * `_id`, so the refusal shows as a duplicate key. One that MongoDB refuses for what it holds is kept as a dead letter, and the
 * value of before stays.
 */
export class ValueWriter {
  readonly #db: Db;
  readonly #groups: GroupCommit<Replace, Replaced>;

  constructor(db: Db, batchBytes: number) {
    this.#db = db;
    this.#groups = new GroupCommit((replaces) => this.#commit(replaces), {
      weight: batchBytes,
      weigh: ({ write }) => 200 + write.bytes,
      concurrency: 2,
    });
  }

  /**
   * @returns how the value fared.
   * @throws SyncError STALE_READ when MongoDB holds a newer value. The key's revision is then raised to the
   * value's, so that a worker that died between the two does not block the key.
   */
  async replace(state: KeyState, write: ReplaceWrite): Promise<'written' | 'dead'> {
    const result = write.hasMembers
      ? await this.#shrink(state, write)
      : await this.#groups.submit({ state, write });
    if (result === 'stale') return await this.stale(write.collection, state);
    if (result === 'written' && state.counts.dead > 0) await dropValueLetter(this.#db, state);
    return result;
  }

  /** Makes a large value a small one. Only units of attempts up to that very moment may be removed afterwards. */
  async #shrink(state: KeyState, write: ReplaceWrite): Promise<Replaced> {
    const { q, u } = updateOf({ state, write });
    let after: Document | null;
    try {
      after = await this.#db
        .collection<{ _id: string } & Document>(write.collection)
        .findOneAndUpdate(q, u, { upsert: true, returnDocument: 'after', projection: { attempts: 1 } });
    } catch (error) {
      const refused = refusedBy(error);
      if (!refused) throw mongoError(error);
      if (refused.isOwnId) return 'stale';
      await this.#keep(state, write, refused);
      return 'dead';
    }
    await removeUnits(this.#db, write, state.key, Number(after?.attempts ?? 0));
    return 'written';
  }

  async #keep(
    state: KeyState,
    { collection, document }: ReplaceWrite,
    { code, message }: Pick<WriteError, 'code' | 'message'>,
  ): Promise<void> {
    await writeValueLetters(this.#db, [valueRefusal(state, collection, document, code, message)], new Date());
  }

  /** Raises the key's revision to the value's, and throws STALE_READ. */
  async stale(collection: string, state: KeyState): Promise<never> {
    await this.#catchUp(collection, state);
    throw new SyncError('STALE_READ', 'overtaken', `key ${state.key}: MongoDB holds a newer value`);
  }

  async #commit(replaces: readonly Replace[]): Promise<Replaced[]> {
    const results = replaces.map((): Replaced => 'written');
    const byCollection = groupIndexes(replaces, ({ write }) => write.collection);
    for (const [collection, indexes] of byCollection) {
      const updates = indexes.map((i) => updateOf(replaces[i]));
      const { errors } = await writeRecords(this.#db, {
        count: updates.length,
        command: (some) => ({
          update: collection,
          updates: some ? some.flatMap((i) => updates[i] ?? []) : updates,
        }),
      });
      for (const error of errors) {
        const i = indexes[error.index] ?? -1;
        results[i] = error.isOwnId ? 'stale' : 'dead';
        const replace = replaces[i];
        if (replace && !error.isOwnId) await this.#keep(replace.state, replace.write, error);
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
