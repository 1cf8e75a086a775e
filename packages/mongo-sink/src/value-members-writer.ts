import {
  Buckets,
  bucketOf,
  type KeyState,
  type MembersWrite,
  type Outcome,
  type RetryOptions,
  SyncError,
  type UnitLayout,
} from '@redis-to-mongo/pipeline';
import { BSON, type Db } from 'mongodb';
import { type Generation, ValueAttempts } from './value-attempts.js';
import { ValueFingerprints } from './value-fingerprints.js';
import type { UnitDocument } from './value-header.js';
import { PrintTable } from './value-print-table.js';
import { ValueUnits } from './value-units.js';

export interface MembersWriterOptions {
  /** About how many bytes of added units are held in memory before they are written. */
  readonly bufferBytes: number;
  readonly retry: RetryOptions;
  /** What to do where MongoDB holds a newer value; throws. */
  readonly stale: (collection: string, state: KeyState) => Promise<never>;
}

/** Passes that may find the value changed under them, before it is read at once. */
const PAGED_PASSES = 4;
/** Documents a bulk. */
const BULK_DOCUMENTS = 5000;

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

  /** @throws SyncError STALE_READ, or whatever the scan throws. */
  async write(state: KeyState, write: MembersWrite): Promise<Outcome> {
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
    if (!(await this.#attempts.commit(state, write, own))) {
      await units.takeBack();
      return await this.#options.stale(write.collection, state);
    }
    await this.#fingerprints.removeOlder(state.key, own.generation);
    if (!write.history) await units.removeEnded();
    return { written: 1, alreadyThere: 0, dead: 0 };
  }

  async #bringInLine(
    state: KeyState,
    write: MembersWrite,
    own: Generation,
    units: ValueUnits,
  ): Promise<Buckets> {
    const known = await this.#known(write, own, units);
    const pass = new Pass(write, own, units, known, this.#options.bufferBytes);
    try {
      return await pass.untilWhole();
    } catch (error) {
      // Should this fail too, the next attempt begins anew; what failed first is what counts.
      if (!pass.isWriting) await this.#attempts.giveUp(state, write, own).catch(() => {});
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

interface Known {
  readonly table: PrintTable;
  /** The layout in which buckets are compared. */
  readonly layout: UnitLayout;
  /** `undefined` when the table holds all units; else those of the loaded buckets. */
  readonly stored: { readonly buckets: Buckets; readonly loaded: Set<number> } | undefined;
}

/** Loads the units of buckets in which MongoDB differs from what was read, and returns how many buckets that were. */
async function loadDiffering(
  { table, layout, stored }: Known,
  read: Buckets,
  units: ValueUnits,
): Promise<number> {
  if (!stored) return 0;
  const missed = [...stored.buckets.differing(read.coarsened(layout))].filter((b) => !stored.loaded.has(b));
  await units.load(missed, layout, table);
  for (const bucket of missed) stored.loaded.add(bucket);
  return missed.length;
}

function coarser(a: UnitLayout, b: UnitLayout): UnitLayout {
  return a.kind === 'hashed' && b.kind === 'hashed' && a.bits < b.bits ? a : b;
}

/** Passes over the value, until one saw one state of it, and MongoDB's units are brought in line with that. */
class Pass {
  /** A write may be under way whose end is not known. */
  isWriting = false;
  readonly #write: MembersWrite;
  readonly #own: Generation;
  readonly #units: ValueUnits;
  readonly #known: Known;
  readonly #bufferBytes: number;
  #pending: UnitDocument[] = [];
  #pendingBytes = 0;

  constructor(write: MembersWrite, own: Generation, units: ValueUnits, known: Known, bufferBytes: number) {
    this.#write = write;
    this.#own = own;
    this.#units = units;
    this.#known = known;
    this.#bufferBytes = bufferBytes;
  }

  async untilWhole(): Promise<Buckets> {
    for (let changed = 0; ; ) {
      const { buckets, isWhole } = await this.#once(changed < PAGED_PASSES ? 'paged' : 'atomic');
      const missed = await loadDiffering(this.#known, buckets, this.#units);
      if (isWhole && missed === 0) {
        await this.#writing(async () => {
          await this.#flush();
          await this.#units.end(this.#known.table.unmarked());
        });
        return buckets;
      }
      if (!isWhole) changed++;
    }
  }

  async #once(how: 'paged' | 'atomic'): Promise<{ buckets: Buckets; isWhole: boolean }> {
    const { layout, scan } = this.#write;
    if (!scan) throw new SyncError('VALUE_ENDED', 'unknown', 'the value has ended: there is nothing to read');
    const { table, stored } = this.#known;
    const buckets = new Buckets(layout);
    this.#pending = [];
    this.#pendingBytes = 0;
    table.clearMarks();
    const pages = scan(how);
    try {
      for (;;) {
        const page = await pages.next();
        if (page.done) return { buckets, isWhole: page.value };
        for (const unit of page.value) {
          buckets.add(unit);
          if (stored && !stored.loaded.has(bucketOf(this.#known.layout, unit))) continue;
          if (table.mark(unit.print)) continue;
          this.#pending.push(this.#units.document(unit, unit.document()));
          this.#pendingBytes += unit.bytes;
          if (this.#pendingBytes < this.#bufferBytes) continue;
          await this.#writing(() => this.#flush());
        }
      }
    } finally {
      await pages.return(false);
    }
  }

  /** Writes what is pending, and notes it as being there. */
  async #flush(): Promise<void> {
    const documents = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const bulk of bulksOf(documents, this.#bufferBytes)) await this.#units.insert(bulk);
    for (const { _id } of documents)
      this.#known.table.add(this.#units.parseId(_id, this.#own.generation), true);
  }

  async #writing(run: () => Promise<void>): Promise<void> {
    this.isWriting = true;
    await run();
    this.isWriting = false;
  }
}

function* bulksOf(documents: readonly UnitDocument[], maxBytes: number): Generator<UnitDocument[]> {
  let bulk: UnitDocument[] = [];
  let bytes = 0;
  for (const document of documents) {
    const size = BSON.calculateObjectSize(document);
    if (bulk.length > 0 && (bytes + size > maxBytes || bulk.length >= BULK_DOCUMENTS)) {
      yield bulk;
      bulk = [];
      bytes = 0;
    }
    bulk.push(document);
    bytes += size;
  }
  if (bulk.length > 0) yield bulk;
}
