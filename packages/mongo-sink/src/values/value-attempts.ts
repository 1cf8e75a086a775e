import {
  type KeyState,
  type MembersWrite,
  type RetryOptions,
  SyncError,
  shownKey,
  withRetry,
} from '@redis-to-mongo/pipeline';
import type { Collection, Db, Document } from 'mongodb';
import type { WriteError } from '../commands/write-command.js';
import { updateRecords } from '../commands/write-records.js';
import { mongoError } from '../errors/mongo-error.js';
import { refusedBy } from '../errors/refused-by.js';
import {
  ABORTED_KEPT,
  MANIFEST_PROJECTION,
  noManifest,
  parseManifest,
  refuseForeign,
  type ValueManifest,
} from './value-manifest.js';
import { documentIdOf, idTaken, ownerOf, pathsIn, type StoredValue, storedFields } from './value-place.js';

/** An attempt to change a value's elements: all that it adds or ends carries its generation. */
export interface Generation {
  /** The manifest as the attempt found it; what it calls aborted never includes this generation. */
  readonly manifest: ValueManifest;
  readonly generation: number;
  /** The number that this attempt was claimed by; another than `generation` where it continues with one given up. */
  readonly claim: number;
  readonly isResumed: boolean;
  readonly at: Date;
}

/** MongoDB refuses the manifest for what it holds: an index or a validator of the user's. */
export class ManifestRefused extends SyncError {
  readonly refused: Pick<WriteError, 'code' | 'message'>;

  constructor(refused: Pick<WriteError, 'code' | 'message'>) {
    super('MONGO_REFUSED', 'unknown', `MongoDB refused the document of a value with code ${refused.code}`);
    this.refused = refused;
  }
}

const CLAIM_TRIES = 10;

/**
 * Attempts on a value's manifest. Each is claimed with a number that no other ever has, and listed as aborted until it
 * commits; only the last one claimed can commit. So whatever a worker writes that was stopped, killed or believed
 * dead, at whatever time, it is never part of the value.
 */
export class ValueAttempts {
  readonly #db: Db;
  readonly #retry: RetryOptions;

  constructor(db: Db, retry: RetryOptions) {
    this.#db = db;
    this.#retry = retry;
  }

  /**
   * `undefined` when MongoDB holds a value read later than the state's.
   * @throws SyncError DOCUMENT_FOREIGN when a document that is not the fleet's has the key's name.
   */
  async claim(state: KeyState, write: MembersWrite): Promise<Generation | undefined> {
    const revision = state.revision + 1;
    for (let i = 0; i < CLAIM_TRIES; i++) {
      const found = await this.#find(state, write);
      if (found) refuseForeign(write.collection, found);
      if (found && ownerOf(found) !== state.key) throw new ManifestRefused(idTaken(found));
      const manifest = found ? parseManifest(found) : undefined;
      if (manifest && manifest.revision >= revision) return undefined;
      const at = new Date();
      // Beginning with the time, numbers are never given twice, not even when the manifest was lost.
      const claim = Math.max(at.getTime(), (manifest?.attempts ?? 0) + 1);
      const givenUp = manifest?.resumable;
      // What it did for another incarnation, or by another rule, is of no use to this one.
      const isResumed = givenUp?.incarnation === state.incarnation && givenUp.rule === write.rule;
      const generation = isResumed ? givenUp.generation : claim;
      const aborted = (manifest?.aborted ?? []).filter((number) => number !== generation);
      const own = {
        manifest: { ...(manifest ?? noManifest(state.key, write.shape !== undefined)), aborted },
        ...{ generation, claim, isResumed, at },
      };
      if (await this.#mark(state, write, manifest, own)) return own;
    }
    throw new SyncError(
      'VALUE_CONTENDED',
      'overtaken',
      `key ${shownKey(state.key)}: other workers are writing it`,
    );
  }

  async #mark(
    state: KeyState,
    write: MembersWrite,
    manifest: ValueManifest | undefined,
    { claim, generation, manifest: { aborted: others } }: Generation,
  ): Promise<boolean> {
    const _id = documentIdOf(state);
    if (manifest) {
      // As the newest one, however often it was continued: what it has written is known by this number alone.
      const aborted = [...others, generation].slice(-ABORTED_KEPT);
      const as = (fields: Document) => pathsIn(manifest.isShaped, fields);
      const { matchedCount } = await this.#run(write.collection, (manifests) =>
        manifests.updateOne(
          { _id, ...as({ revision: manifest.revision, attempts: manifest.attempts || null }) },
          { $set: as({ attempts: claim, aborted }), $unset: as({ resumable: '' }) },
        ),
      );
      return matchedCount === 1;
    }
    const { stream, type, incarnation } = state;
    const first = {
      revision: 0,
      stream,
      type,
      incarnation,
      active: false,
      form: 'members',
      generation: 0,
      size: 0,
    };
    return await this.#run(write.collection, async (manifests) => {
      try {
        const fields = { ...first, attempts: claim, aborted: [claim] };
        await manifests.insertOne({ _id, ...storedFields(state, fields, write.shape) });
        return true;
      } catch (error) {
        if (refusedBy(error)?.isOwnId) return false;
        throw error;
      }
    });
  }

  /**
   * Makes the generation the value.
   * - lost: another attempt was claimed or committed before.
   * - uncertain: so it is, or MongoDB did not answer the commit, and another attempt goes on from it. Nothing may be taken back.
   */
  async commit(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
  ): Promise<'committed' | 'lost' | 'uncertain'> {
    const manifest = write.manifest();
    const gone = ['resumable', ...write.formFields].filter((name) => !(name in manifest));
    const next = {
      ...manifest,
      form: 'members',
      generation: own.generation,
      aborted: own.manifest.aborted.slice(-ABORTED_KEPT),
      healed: own.claim,
      revision: state.revision + 1,
      syncedAt: new Date(),
    };
    const filter = {
      _id: documentIdOf(state),
      ...pathsIn(own.manifest.isShaped, { revision: { $lt: state.revision + 1 }, attempts: own.claim }),
    };
    const isPlain = !own.manifest.isShaped && !write.shape;
    const u = isPlain
      ? { $set: next, $unset: Object.fromEntries(gone.map((name) => [name, ''])) }
      : storedFields(state, { ...next, attempts: own.claim }, write.shape);
    let tries = 0;
    // As a command, since the driver would send an operation again by itself: where the server has forgotten by then what it did (it was
    // started again, or is no mongod), nothing would match, and what was committed would pass for lost.
    const { n, errors } = await withRetry(async () => {
      tries++;
      return await updateRecords(this.#db, write.collection, [{ q: filter, u }]);
    }, this.#retry);
    const [refused] = errors;
    if (refused) throw new ManifestRefused(refused);
    if (n === 1) return 'committed';
    if (tries === 1) return 'lost';
    // Nobody else writes this claim's number there.
    const found = await this.#find(state, write);
    return found && parseManifest(found).healed === own.claim ? 'committed' : 'uncertain';
  }

  async #find(state: KeyState, { collection }: MembersWrite): Promise<StoredValue | null> {
    return await this.#run(collection, (manifests) =>
      manifests.findOne({ _id: documentIdOf(state) }, { projection: MANIFEST_PROJECTION }),
    );
  }

  /** Leaves what was added so far to the next attempt. Only when nothing of this one is under way anymore. */
  async giveUp(state: KeyState, write: MembersWrite, own: Generation): Promise<void> {
    const { rule } = write;
    const resumable = {
      generation: own.generation,
      incarnation: state.incarnation,
      ...(rule === undefined ? {} : { rule }),
    };
    await this.#run(write.collection, (manifests) =>
      manifests.updateOne(
        { _id: documentIdOf(state), ...pathsIn(own.manifest.isShaped, { attempts: own.claim }) },
        { $set: pathsIn(own.manifest.isShaped, { resumable }) },
      ),
    );
  }

  async #run<T>(collection: string, run: (manifests: Collection<StoredValue>) => Promise<T>): Promise<T> {
    return await withRetry(
      () =>
        run(this.#db.collection<StoredValue>(collection)).catch((error: unknown) => {
          const refused = refusedBy(error);
          throw refused ? new ManifestRefused(refused) : mongoError(error);
        }),
      this.#retry,
    );
  }
}
