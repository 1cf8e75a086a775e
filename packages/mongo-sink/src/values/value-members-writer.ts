import {
  Buckets,
  type DocumentShape,
  type ElementLayout,
  type KeyState,
  type MembersWrite,
  type Outcome,
  type RetryOptions,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { ValueCollections } from '../database/collection-of.js';
import { requireKept, valueRefusal, writeValueLetters } from '../dead-letters/dead-letters.js';
import { FingerprintTable } from './fingerprint-table.js';
import { type Generation, ManifestRefused, ValueAttempts } from './value-attempts.js';
import { type Known, loadDiffering, ValueComparison } from './value-comparison.js';
import { ValueElements } from './value-elements.js';
import { ValueFingerprints } from './value-fingerprints.js';
import { isWorkerStops } from './worker-stops.js';

export interface MembersWriterOptions {
  /** Approximate number of bytes of added elements held in memory before they are written. */
  readonly bufferBytes: number;
  /** Number of added elements after which they are sealed, at least: see ValueAttempts.seal. */
  readonly sealElements: number;
  /** If its signal aborts, an attempt ends before it is complete, and another worker continues it. */
  readonly retry: RetryOptions;
  /** Called if MongoDB holds a newer value; always throws. */
  readonly stale: (names: ValueCollections, state: KeyState) => Promise<never>;
}

/**
 * Writes the differences of a value whose elements have documents of their own.
 *
 * Fingerprints of buckets of elements show which buckets differ from MongoDB; only the elements of those are
 * read. A pass over the value finds new and missing elements. New elements wait in memory; if there are many,
 * they are written early. Readers ignore them until the manifest moves, and it moves only after a pass that
 * saw a single state of the key.
 */
export class MembersWriter {
  readonly #attempts: ValueAttempts;
  readonly #fingerprints: ValueFingerprints;

  constructor(
    private readonly db: Db,
    private readonly options: MembersWriterOptions,
  ) {
    this.#attempts = new ValueAttempts(db, options.retry);
    this.#fingerprints = new ValueFingerprints(db, options.retry);
  }

  /**
   * Writes a value. If MongoDB refuses the manifest or an element, the value counts as dead, and the refused
   * document becomes a dead letter. If the manifest is refused, the former value stays; if an element is
   * refused, the others are written.
   * @throws SyncError STALE_READ, or whatever the scan throws.
   */
  async write(state: KeyState, write: MembersWrite): Promise<Outcome> {
    try {
      const refusedElements = await this.#write(state, write);
      if (refusedElements > 0) return { written: 0, alreadyThere: 0, dead: 1 };
      return { written: 1, alreadyThere: 0, dead: 0 };
    } catch (error) {
      if (!(error instanceof ManifestRefused)) throw error;
      const { code, message } = error.refused;
      const letter = valueRefusal(state, write.collection, write.manifest(), code, message);
      requireKept(await writeValueLetters(this.db, [letter], new Date()));
      return { written: 0, alreadyThere: 0, dead: 1 };
    }
  }

  /** @returns the number of refused elements. */
  async #write(state: KeyState, asked: MembersWrite): Promise<number> {
    const own = await this.#attempts.claim(state, asked);
    if (!own) return await this.options.stale(asked, state);
    const { manifest } = own;
    const wasMembers = manifest.form === 'members' && manifest.generation > 0;
    // The history of members stays in one shape. A new shape starts with the next incarnation.
    const keepsShape = asked.history && wasMembers && manifest.incarnation === state.incarnation;
    const write = keepsShape
      ? { ...asked, shape: manifest.isShaped ? (asked.shape ?? OWN_NAMES) : undefined }
      : asked;
    const elementsOf = (shape: DocumentShape | undefined) =>
      new ValueElements(this.db, state, { ...write, shape }, own, this.options.retry);
    const elements = elementsOf(write.shape);
    const isReshaped = wasMembers && manifest.isShaped !== (write.shape !== undefined);
    const isRemade = isReshaped || (wasMembers && !keepsShape && manifest.rule !== write.rule);
    // Ends members that another rule made, and members of an earlier incarnation. The new shape has members
    // only if the value had that shape before, and a worker died before it removed them.
    const isEnded = wasMembers && (isRemade || manifest.incarnation !== state.incarnation);
    try {
      if (isEnded) await elements.endAll();
      if (manifest.form !== 'members') await elements.removeOlder();
      else if (manifest.aborted.some((aborted) => aborted > manifest.healed)) await elements.heal();
    } catch (error) {
      if (isWorkerStops(error)) await this.#giveUp(state, write, own, elements);
      throw error;
    }
    const buckets = write.scan
      ? await this.#bringInLine(state, isRemade ? 'none' : 'some', write, own, elements)
      : new Buckets(write.layout);
    if (!write.scan) await elements.endAll();
    elements.mayStop = false;
    await this.#fingerprints.save(state.key, own.generation, buckets);
    const end = await this.#attempts.commit(state, write, own).catch(async (error: unknown) => {
      if (error instanceof ManifestRefused) await elements.takeBack();
      throw error;
    });
    if (end !== 'committed') {
      if (end === 'lost') await elements.takeBack();
      return await this.options.stale(write, state);
    }
    await this.#fingerprints.removeOlder(state.key, own.generation);
    if (!write.history) await elements.removeEnded();
    if (isReshaped && !write.history) await elementsOf(write.shape ? undefined : OWN_NAMES).removeOlder();
    return elements.refused;
  }

  async #bringInLine(
    state: KeyState,
    there: 'some' | 'none',
    write: MembersWrite,
    own: Generation,
    elements: ValueElements,
  ): Promise<Buckets> {
    const known = await this.#known(there, write, own, elements);
    const { bufferBytes, sealElements } = this.options;
    const seal = async () => {
      const end = await this.#attempts.seal(state, write, own);
      if (end === 'lost') await elements.takeBack();
      if (end !== 'sealed') await this.options.stale(write, state);
    };
    const comparison = new ValueComparison(write, own, elements, known, { bufferBytes, sealElements, seal });
    try {
      return await comparison.untilWhole();
    } catch (error) {
      if (!comparison.isWriting) await this.#giveUp(state, write, own, elements);
      throw error;
    }
  }

  /** Lets the next attempt continue this one. If this fails, that one keeps only what is sealed. */
  async #giveUp(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
    { wasUnanswered }: ValueElements,
  ): Promise<void> {
    if (!wasUnanswered) await this.#attempts.giveUp(state, write, own).catch(() => {});
  }

  /** Loads the part of the value's state in MongoDB that the first pass needs. */
  async #known(
    there: 'some' | 'none',
    write: MembersWrite,
    own: Generation,
    elements: ValueElements,
  ): Promise<Known> {
    const table = new FingerprintTable();
    if (own.isResumed || own.sealed.length > 0) await elements.loadOwn(table);
    const { form, generation, key } = own.manifest;
    if (there === 'none' || form !== 'members' || generation === 0)
      return { table, layout: write.layout, stored: undefined };
    const stored = write.isTrusted ? await this.#fingerprints.load(key, generation) : undefined;
    if (!stored || stored.layout.kind !== write.layout.kind) {
      await elements.healLost();
      await elements.loadAll(table);
      return { table, layout: write.layout, stored: undefined };
    }
    const layout = coarser(stored.layout, write.layout);
    const known = { table, layout, stored: { buckets: stored.coarsened(layout), loaded: new Set<number>() } };
    if (write.hint) await loadDiffering(known, write.hint, elements);
    return known;
  }
}

/** A shape that renames nothing. */
const OWN_NAMES: DocumentShape = { names: {} };

function coarser(a: ElementLayout, b: ElementLayout): ElementLayout {
  return a.kind === 'hashed' && b.kind === 'hashed' && a.bits < b.bits ? a : b;
}
