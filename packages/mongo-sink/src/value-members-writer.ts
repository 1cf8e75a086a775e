import {
  Buckets,
  type KeyState,
  type MembersWrite,
  type Outcome,
  type RetryOptions,
  type UnitLayout,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { writeValueLetters } from './dead-letters.js';
import { type Generation, HeaderRefused, ValueAttempts } from './value-attempts.js';
import { type Known, loadDiffering, ValueComparison } from './value-comparison.js';
import { ValueFingerprints } from './value-fingerprints.js';
import { dropValueLetters, valueRefusal } from './value-letters.js';
import { PrintTable } from './value-print-table.js';
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
  async #write(state: KeyState, write: MembersWrite): Promise<number> {
    const own = await this.#attempts.claim(state, write);
    if (!own) return await this.#options.stale(write.collection, state);
    const { retry } = this.#options;
    const units = new ValueUnits(
      this.#db,
      write.memberCollection,
      state,
      write.layout,
      own,
      retry,
      write.history,
    );
    if (own.header.form !== 'members') await units.removeOlder();
    else if (own.header.aborted.some((aborted) => aborted > own.header.healed)) await units.heal();
    const buckets = write.scan
      ? await this.#bringInLine(state, write, own, units)
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
    return units.refused;
  }

  async #bringInLine(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
    units: ValueUnits,
  ): Promise<Buckets> {
    const known = await this.#known(write, own, units);
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
    const table = new PrintTable();
    if (own.isResumed) await units.loadOwn(table);
    const { form, generation, _id: key } = own.header;
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

function coarser(a: UnitLayout, b: UnitLayout): UnitLayout {
  return a.kind === 'hashed' && b.kind === 'hashed' && a.bits < b.bits ? a : b;
}
