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

export interface MembersWriterOptions {
  /** About how many bytes of added elements are held in memory before they are written. */
  readonly bufferBytes: number;
  readonly retry: RetryOptions;
  /** What to do where MongoDB holds a newer value; throws. */
  readonly stale: (names: ValueCollections, state: KeyState) => Promise<never>;
}

/**
 * Writes a value whose elements are documents of their own, by difference.
 *
 * What is in MongoDB is known by fingerprints of buckets of elements; only the elements of buckets that differ are read.
 * A pass over the value finds which elements are new, and which are met no more. New ones wait in memory, or are written
 * ahead where they are many: nobody sees them before the manifest moves, which it does only after a pass that saw one
 * state of the key.
 */
export class MembersWriter {
  readonly #db: Db;
  readonly #options: MembersWriterOptions;
  readonly #attempts: ValueAttempts;
  readonly #fingerprints: ValueFingerprints;

  constructor(db: Db, options: MembersWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#attempts = new ValueAttempts(db, options.retry);
    this.#fingerprints = new ValueFingerprints(db, options.retry);
  }

  /**
   * A value of which MongoDB refused the manifest, or an element, counts as dead: what was refused is kept as a dead letter. Without
   * its manifest the value of before stays; without an element the others are written.
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
      requireKept(await writeValueLetters(this.#db, [letter], new Date()));
      return { written: 0, alreadyThere: 0, dead: 1 };
    }
  }

  /** @returns how many elements were refused. */
  async #write(state: KeyState, asked: MembersWrite): Promise<number> {
    const own = await this.#attempts.claim(state, asked);
    if (!own) return await this.#options.stale(asked, state);
    const { manifest } = own;
    const wasMembers = manifest.form === 'members' && manifest.generation > 0;
    // Who was a member and when is reported by documents of one shape: another one begins with another incarnation.
    const keepsShape = asked.history && wasMembers && manifest.incarnation === state.incarnation;
    const write = keepsShape
      ? { ...asked, shape: manifest.isShaped ? (asked.shape ?? OWN_NAMES) : undefined }
      : asked;
    const elementsOf = (shape: DocumentShape | undefined) =>
      new ValueElements(this.#db, state, { ...write, shape }, own, this.#options.retry);
    const elements = elementsOf(write.shape);
    const isReshaped = wasMembers && manifest.isShaped !== (write.shape !== undefined);
    const isRemade = isReshaped || (wasMembers && !keepsShape && manifest.rule !== write.rule);
    // Members that another rule made, or those of a value that was marked when its key went. In another shape there are some where a
    // worker died when the value had lost that shape.
    if (wasMembers && (isRemade || manifest.incarnation !== state.incarnation)) await elements.endAll();
    if (manifest.form !== 'members') await elements.removeOlder();
    else if (manifest.aborted.some((aborted) => aborted > manifest.healed)) await elements.heal();
    const buckets = write.scan
      ? await this.#bringInLine(state, isRemade ? 'none' : 'some', write, own, elements)
      : new Buckets(write.layout);
    if (!write.scan) await elements.endAll();
    await this.#fingerprints.save(state.key, own.generation, buckets);
    const end = await this.#attempts.commit(state, write, own).catch(async (error: unknown) => {
      if (error instanceof ManifestRefused) await elements.takeBack();
      throw error;
    });
    if (end !== 'committed') {
      if (end === 'lost') await elements.takeBack();
      return await this.#options.stale(write, state);
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
    const comparison = new ValueComparison(write, own, elements, known, this.#options.bufferBytes);
    try {
      return await comparison.untilWhole();
    } catch (error) {
      // Should this fail too, the next attempt begins again; what failed first is what counts.
      if (!comparison.isWriting && !elements.wasUnanswered)
        await this.#attempts.giveUp(state, write, own).catch(() => {});
      throw error;
    }
  }

  /** What of the value is in MongoDB, as far as it must be known before the first pass. */
  async #known(
    there: 'some' | 'none',
    write: MembersWrite,
    own: Generation,
    elements: ValueElements,
  ): Promise<Known> {
    const table = new FingerprintTable();
    if (own.isResumed) await elements.loadOwn(table);
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

/** A shape in which everything has its own name. */
const OWN_NAMES: DocumentShape = { names: {} };

function coarser(a: ElementLayout, b: ElementLayout): ElementLayout {
  return a.kind === 'hashed' && b.kind === 'hashed' && a.bits < b.bits ? a : b;
}
