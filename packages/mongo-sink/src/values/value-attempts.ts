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
  SEALED_KEPT,
  type ValueManifest,
} from './value-manifest.js';
import { documentIdOf, idTaken, ownerOf, pathsIn, type StoredValue, storedFields } from './value-place.js';

/**
 * An attempt to change a value's elements. Each element that it adds or ends carries its generation.
 * `seal` changes the numbers.
 */
export interface Generation {
  /** The manifest as the attempt found it. Its `aborted` includes neither this generation nor sealed ones. */
  readonly manifest: ValueManifest;
  generation: number;
  /**
   * The number of this attempt's claim. It differs from `generation` if the attempt continues an earlier one.
   */
  claim: number;
  /** Complete generations before this one. Their elements become part of the value with it. */
  sealed: readonly number[];
  readonly isResumed: boolean;
  readonly at: Date;
}

/** MongoDB refuses the manifest because of its content, for example by a user's index or validator. */
export class ManifestRefused extends SyncError {
  constructor(readonly refused: Pick<WriteError, 'code' | 'message'>) {
    super('MONGO_REFUSED', 'unknown', `MongoDB refused the document of a value with code ${refused.code}`);
  }
}

const CLAIM_TRIES = 10;

/**
 * Attempts on a value's manifest. Each has a unique number, and is listed as aborted until it commits. Only
 * the last claimed attempt can commit. So late writes of a worker that was stopped, killed or believed dead
 * never become part of the value.
 */
export class ValueAttempts {
  constructor(
    private readonly db: Db,
    private readonly retry: RetryOptions,
  ) {}

  /**
   * Claims the next attempt.
   * @returns `undefined` if MongoDB holds a value that was read later than the state's.
   * @throws SyncError DOCUMENT_FOREIGN if a document that is not the fleet's has the key's name;
   * VALUE_CONTENDED if other workers keep claiming it; ManifestRefused.
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
      // Numbers start at the current time, so none is given twice, even if the manifest was lost.
      const claim = Math.max(at.getTime(), (manifest?.attempts ?? 0) + 1);
      const givenUp = manifest?.resumable;
      // Elements that it added for another incarnation, or by another rule, cannot be reused.
      const sealed = manifest ? sealedFor(manifest, state, write) : [];
      const isResumed =
        givenUp?.incarnation === state.incarnation &&
        givenUp.rule === write.rule &&
        !sealed.includes(givenUp.generation); // nothing is added to a sealed one
      const generation = isResumed ? givenUp.generation : claim;
      const used = new Set([generation, ...sealed]);
      const aborted = (manifest?.aborted ?? []).filter((number) => !used.has(number));
      const own = {
        manifest: { ...(manifest ?? noManifest(state.key, write.shape !== undefined)), aborted },
        ...{ generation, claim, sealed, isResumed, at },
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
    { claim, generation, sealed, manifest: { aborted: others } }: Generation,
  ): Promise<boolean> {
    const _id = documentIdOf(state);
    if (manifest) {
      // A continued generation is moved to the end, so that the limit never drops it: only its number
      // identifies its elements.
      const aborted = [...others, ...sealed, generation].slice(-ABORTED_KEPT);
      const gone = { resumable: '', ...(sealed.length > 0 ? {} : { sealed: '' }) };
      const as = (fields: Document) => pathsIn(manifest.isShaped, fields);
      const { matchedCount } = await this.#run(write.collection, (manifests) =>
        manifests.updateOne(
          { _id, ...as({ revision: manifest.revision, attempts: manifest.attempts || null }) },
          { $set: as({ attempts: claim, aborted }), $unset: as(gone) },
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
   * Commits the attempt: its generation becomes the value.
   * - lost: another attempt was claimed or committed before.
   * - uncertain: it is lost, or it was committed without an answer, and another attempt continues from it.
   *   Nothing may be undone.
   *
   * @throws ManifestRefused
   */
  async commit(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
  ): Promise<'committed' | 'lost' | 'uncertain'> {
    const manifest = write.manifest();
    const gone = ['resumable', 'sealed', ...write.formFields].filter((name) => !(name in manifest));
    const next = {
      ...manifest,
      form: 'members',
      generation: own.generation,
      aborted: own.manifest.aborted.slice(-ABORTED_KEPT),
      healed: own.claim,
      revision: state.revision + 1,
      syncedAt: new Date(),
    };
    const isPlain = !own.manifest.isShaped && !write.shape;
    const u = isPlain
      ? { $set: next, $unset: Object.fromEntries(gone.map((name) => [name, ''])) }
      : storedFields(state, { ...next, attempts: own.claim }, write.shape);
    const { n, tries } = await this.#update(write, this.#own(state, own), u);
    if (n === 1) return 'committed';
    if (tries === 1) return 'lost';
    // Only this attempt writes the number of its claim to `healed`.
    const found = await this.#find(state, write);
    return found && parseManifest(found).healed === own.claim ? 'committed' : 'uncertain';
  }

  /**
   * Seals the elements that the attempt has added so far, which begins its next generation: if its worker
   * dies, the next attempt keeps them. Call it only if no write of this attempt is still under way.
   * - lost, uncertain: as of `commit`. The attempt can't commit any more.
   */
  async seal(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
  ): Promise<'sealed' | 'lost' | 'uncertain'> {
    if (own.sealed.length >= SEALED_KEPT) return 'sealed';
    const next = Math.max(Date.now(), own.claim + 1);
    const sealed = [...own.sealed, own.generation];
    const { incarnation } = state;
    const { rule } = write;
    const as = (fields: Document) => pathsIn(own.manifest.isShaped, fields);
    const fields = {
      attempts: next,
      aborted: [...own.manifest.aborted, ...sealed, next].slice(-ABORTED_KEPT),
      sealed: { generations: sealed, incarnation, ...(rule === undefined ? {} : { rule }) },
    };
    try {
      const { n, tries } = await this.#update(write, this.#own(state, own), { $set: as(fields) });
      if (n === 0 && tries === 1) return 'lost';
      const found = n === 0 ? await this.#find(state, write) : undefined;
      if (found === null || (found && parseManifest(found).attempts !== next)) return 'uncertain';
    } catch (error) {
      if (error instanceof ManifestRefused) return 'sealed'; // the attempt goes on without a seal
      throw error;
    }
    Object.assign(own, { generation: next, claim: next, sealed });
    return 'sealed';
  }

  /**
   * Updates the manifest by a command, because the driver repeats operations by itself. A server that has
   * forgotten the first one (it was restarted, or is not a mongod) would then match nothing, and an attempt that
   * succeeded would seem lost.
   * @returns the number of matched manifests, and how often the command was sent.
   * @throws ManifestRefused
   */
  async #update(write: MembersWrite, q: Document, u: Document): Promise<{ n: number; tries: number }> {
    let tries = 0;
    const { n, errors } = await withRetry(async () => {
      tries++;
      return await updateRecords(this.db, write.collection, [{ q, u }]);
    }, this.retry);
    const [refused] = errors;
    if (refused) throw new ManifestRefused(refused);
    return { n, tries };
  }

  /** Matches the manifest while the attempt is the last one, and MongoDB has no newer value. */
  #own(state: KeyState, { claim, manifest }: Generation): Document {
    const fields = { revision: { $lt: state.revision + 1 }, attempts: claim };
    return { _id: documentIdOf(state), ...pathsIn(manifest.isShaped, fields) };
  }

  async #find(state: KeyState, { collection }: MembersWrite): Promise<StoredValue | null> {
    return await this.#run(collection, (manifests) =>
      manifests.findOne({ _id: documentIdOf(state) }, { projection: MANIFEST_PROJECTION }),
    );
  }

  /** Lets the next attempt continue this one. Call it only if no write of this attempt is still under way. */
  async giveUp(state: KeyState, write: MembersWrite, own: Generation): Promise<void> {
    const { rule } = write;
    const resumable = {
      generation: own.generation,
      incarnation: state.incarnation,
      ...(rule === undefined ? {} : { rule }),
    };
    await this.#run(write.collection, (manifests) =>
      manifests.updateOne(this.#own(state, own), {
        $set: pathsIn(own.manifest.isShaped, { resumable }),
      }),
    );
  }

  async #run<T>(collection: string, run: (manifests: Collection<StoredValue>) => Promise<T>): Promise<T> {
    return await withRetry(
      () =>
        run(this.db.collection<StoredValue>(collection)).catch((error: unknown) => {
          const refused = refusedBy(error);
          throw refused ? new ManifestRefused(refused) : mongoError(error);
        }),
      this.retry,
    );
  }
}

/** The sealed generations that an attempt can use. */
function sealedFor(
  { sealed, generation }: ValueManifest,
  { incarnation }: KeyState,
  { rule, scan }: MembersWrite,
): readonly number[] {
  // An attempt without a scan ends all elements.
  if (!sealed || !scan || sealed.incarnation !== incarnation || sealed.rule !== rule) return [];
  return sealed.generations.every((number) => number > generation) ? sealed.generations : [];
}
