import {
  Buckets,
  type DocumentShape,
  type KeyState,
  type MembersWrite,
  type Outcome,
  type RetryOptions,
  type UnitLayout,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { writeValueLetters } from '../dead-letters/dead-letters.js';
import { dropValueLetters, valueRefusal } from '../dead-letters/value-letters.js';
import { FingerprintTable } from './fingerprint-table.js';
import { type Generation, HeaderRefused, ValueAttempts } from './value-attempts.js';
import { type Known, loadDiffering, ValueComparison } from './value-comparison.js';
import { ValueFingerprints } from './value-fingerprints.js';
import { ValueUnits } from './value-units.js';

export interface MembersWriterOptions {
  /** About how many bytes of added units are held in memory before they are written. */
  readonly bufferBytes: number;
  readonly retry: RetryOptions;
  /** What to do where MongoDB holds a newer value; throws. */
  readonly stale: (collection: string, state: KeyState) => Promise<never>;
}

/**
 * Writes a value whose units are documents of their own, by difference.
 *
 * What is in MongoDB is known by fingerprints of buckets of units; only the units of buckets that differ are looked at.
 * A pass over the value finds which units are new, and which are met no more. New ones wait in memory, or are written
 * ahead where they are many: nobody sees them before the header moves, which it does only after a pass that saw one
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
   * A value of which MongoDB refused the header, or a unit, counts as dead: what was refused is kept as a dead letter. Without
   * its header the value of before stays; without a unit the others are written.
   * @throws SyncError STALE_READ, or whatever the scan throws.
   */
  async write(state: KeyState, write: MembersWrite): Promise<Outcome> {
    try {
      const refusedUnits = await this.#write(state, write);
      if (refusedUnits > 0) return { written: 0, alreadyThere: 0, dead: 1 };
      await dropValueLetters(this.#db, [state]);
      return { written: 1, alreadyThere: 0, dead: 0 };
    } catch (error) {
      if (!(error instanceof HeaderRefused)) throw error;
      const { code, message } = error.refused;
      const letter = valueRefusal(state, write.collection, write.header(), code, message);
      await writeValueLetters(this.#db, [letter], new Date());
      return { written: 0, alreadyThere: 0, dead: 1 };
    }
  }

  /** @returns how many units were refused. */
  async #write(state: KeyState, asked: MembersWrite): Promise<number> {
    const own = await this.#attempts.claim(state, asked);
    if (!own) return await this.#options.stale(asked.collection, state);
    const { header } = own;
    const wasMembers = header.form === 'members' && header.generation > 0;
    // Who was a member and when is told by documents of one shape: another one begins with another incarnation.
    const keepsShape = asked.history && wasMembers && header.incarnation === state.incarnation;
    const write = keepsShape
      ? { ...asked, shape: header.isShaped ? (asked.shape ?? OWN_NAMES) : undefined }
      : asked;
    const unitsOf = (shape: DocumentShape | undefined) =>
      new ValueUnits(
        this.#db,
        write.memberCollection,
        state,
        write.layout,
        own,
        this.#options.retry,
        write.history,
        shape,
      );
    const units = unitsOf(write.shape);
    const isReshaped = wasMembers && header.isShaped !== (write.shape !== undefined);
    const isRemade = isReshaped || (wasMembers && !keepsShape && header.rule !== write.rule);
    // Members that another rule made, or those of a value that was marked when its key went.
    if (wasMembers && !isReshaped && (isRemade || header.incarnation !== state.incarnation))
      await units.endAll();
    if (header.form !== 'members') await units.removeOlder();
    else if (header.aborted.some((aborted) => aborted > header.healed)) await units.heal();
    const buckets = write.scan
      ? await this.#bringInLine(state, isRemade ? 'none' : 'some', write, own, units)
      : new Buckets(write.layout);
    if (!write.scan) await units.endAll();
    await this.#fingerprints.save(state.key, own.generation, buckets);
    const isCommitted = await this.#attempts.commit(state, write, own).catch(async (error: unknown) => {
      if (error instanceof HeaderRefused) await units.takeBack();
      throw error;
    });
    if (!isCommitted) {
      await units.takeBack();
      return await this.#options.stale(write.collection, state);
    }
    await this.#fingerprints.removeOlder(state.key, own.generation);
    if (!write.history) await units.removeEnded();
    if (isReshaped && !write.history) await unitsOf(write.shape ? undefined : OWN_NAMES).removeAll();
    return units.refused;
  }

  async #bringInLine(
    state: KeyState,
    there: 'some' | 'none',
    write: MembersWrite,
    own: Generation,
    units: ValueUnits,
  ): Promise<Buckets> {
    const known =
      there === 'some'
        ? await this.#known(write, own, units)
        : { table: new FingerprintTable(), layout: write.layout, stored: undefined };
    const comparison = new ValueComparison(write, own, units, known, this.#options.bufferBytes);
    try {
      return await comparison.untilWhole();
    } catch (error) {
      // Should this fail too, the next attempt begins anew; what failed first is what counts.
      if (!comparison.isWriting) await this.#attempts.giveUp(state, write, own).catch(() => {});
      throw error;
    }
  }

  /** What of the value is in MongoDB, as far as it must be known before the first pass. */
  async #known(write: MembersWrite, own: Generation, units: ValueUnits): Promise<Known> {
    const table = new FingerprintTable();
    if (own.isResumed) await units.loadOwn(table);
    const { form, generation, key } = own.header;
    if (form !== 'members' || generation === 0) return { table, layout: write.layout, stored: undefined };
    const stored = write.isTrusted ? await this.#fingerprints.load(key, generation) : undefined;
    if (!stored || stored.layout.kind !== write.layout.kind) {
      await units.loadAll(table);
      return { table, layout: write.layout, stored: undefined };
    }
    const layout = coarser(stored.layout, write.layout);
    const known = { table, layout, stored: { buckets: stored.coarsened(layout), loaded: new Set<number>() } };
    if (write.hint) await loadDiffering(known, write.hint, units);
    return known;
  }
}

/** A shape in which everything has its own name. */
const OWN_NAMES: DocumentShape = { names: {} };

function coarser(a: UnitLayout, b: UnitLayout): UnitLayout {
  return a.kind === 'hashed' && b.kind === 'hashed' && a.bits < b.bits ? a : b;
}
