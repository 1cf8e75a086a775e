import {
  Buckets,
  bucketOf,
  bulksOf,
  type ElementLayout,
  type MembersWrite,
  SyncError,
  shownKey,
} from '@redis-to-mongo/pipeline';
import { BSON } from 'mongodb';
import type { FingerprintTable, StoredElement } from './fingerprint-table.js';
import type { Generation } from './value-attempts.js';
import type { ValueElements } from './value-elements.js';
import type { ElementDocument } from './value-manifest.js';

/** Paged passes in which the value changed, before it is read in one atomic step. */
const PAGED_PASSES = 4;
/** Elements are sealed when at least one in this many is new since the last seal. */
const SEAL_SHARE = 5;
/** Maximum number of documents per bulk. */
const BULK_DOCUMENTS = 5000;

/** The known state of a value in MongoDB. */
export interface Known {
  readonly table: FingerprintTable;
  /** The layout in which buckets are compared. */
  readonly layout: ElementLayout;
  /** `undefined` if the table holds all elements; else it holds only the elements of the `loaded` buckets. */
  readonly stored: { readonly buckets: Buckets; readonly loaded: Set<number> } | undefined;
}

/**
 * Loads the elements of the buckets that differ between MongoDB and `read`.
 * @returns the number of these buckets.
 */
export async function loadDiffering(
  { table, layout, stored }: Known,
  read: Buckets,
  elements: ValueElements,
): Promise<number> {
  if (!stored) return 0;
  const missed = [...stored.buckets.differing(read.coarsened(layout))].filter((b) => !stored.loaded.has(b));
  await elements.load(missed, layout, table);
  for (const bucket of missed) stored.loaded.add(bucket);
  return missed.length;
}

export interface ComparisonOptions {
  /** As MembersWriterOptions. */
  readonly bufferBytes: number;
  /** As MembersWriterOptions. */
  readonly sealElements: number;
  /** See ValueAttempts.seal. */
  readonly seal: () => Promise<void>;
}

/**
 * Repeats passes over a value until one pass sees a single state, and makes MongoDB's elements match that
 * state.
 */
export class ValueComparison {
  /** Whether a write may still be under way. It stays true after a write that failed. */
  isWriting = false;
  #pending: ElementDocument[] = [];
  #pendingBytes = 0;
  #unsealed = 0;

  constructor(
    private readonly write: MembersWrite,
    private readonly own: Generation,
    private readonly elements: ValueElements,
    private readonly known: Known,
    private readonly options: ComparisonOptions,
  ) {}

  /**
   * Reads the value until one pass sees a single state, and writes the differences.
   * @returns that pass's buckets.
   */
  async untilWhole(): Promise<Buckets> {
    for (let changed = 0; ; ) {
      const { buckets, isWhole } = await this.#once(changed < PAGED_PASSES ? 'paged' : 'atomic');
      const missed = await loadDiffering(this.known, buckets, this.elements);
      if (isWhole && missed === 0) {
        await this.#writing(async () => {
          await this.#flush();
          await this.elements.end(this.#certain(this.known.table.unmarked()));
        });
        return buckets;
      }
      if (!isWhole) changed++;
    }
  }

  /**
   * @throws SyncError VALUE_UNCERTAIN if a removed element could come back: see ValueElements.wasUnanswered.
   */
  *#certain(gone: Iterable<StoredElement>): Generator<StoredElement> {
    const { generation, manifest } = this.own;
    for (const element of gone) {
      if (this.elements.wasUnanswered && element.since === generation)
        throw new SyncError(
          'VALUE_UNCERTAIN',
          'overtaken',
          `key ${shownKey(manifest.key)}: it changed while MongoDB did not answer: it is read again`,
        );
      yield element;
    }
  }

  async #once(how: 'paged' | 'atomic'): Promise<{ buckets: Buckets; isWhole: boolean }> {
    const { layout, scan } = this.write;
    if (!scan) throw new SyncError('VALUE_ENDED', 'unknown', 'the value has ended: there is nothing to read');
    const { table, stored } = this.known;
    const buckets = new Buckets(layout);
    this.#pending = [];
    this.#pendingBytes = 0;
    table.clearMarks();
    const pages = scan(how);
    try {
      for (;;) {
        const page = await pages.next();
        if (page.done) return { buckets, isWhole: page.value };
        this.elements.stopIfAsked();
        for (const element of page.value) {
          buckets.add(element);
          if (stored && !stored.loaded.has(bucketOf(this.known.layout, element))) continue;
          if (table.mark(element.fingerprint)) continue;
          this.#pending.push(this.elements.document(element, element.document()));
          this.#pendingBytes += element.bytes;
          if (this.#pendingBytes < this.options.bufferBytes) continue;
          await this.#writing(() => this.#flush());
          await this.#sealIfDue();
        }
      }
    } finally {
      await pages.return(false);
    }
  }

  /** Writes the pending documents, and adds them to the table. */
  async #flush(): Promise<void> {
    const documents = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    const size = this.options.bufferBytes;
    const limits = { sizeOf: BSON.calculateObjectSize, size, count: BULK_DOCUMENTS };
    for (const bulk of bulksOf(documents, limits)) await this.elements.insert(bulk);
    for (const { _id } of documents) this.known.table.add(this.elements.parseId(_id), true);
    this.#unsealed += documents.length;
  }

  /** If a command was not answered, it may still be under way. Then nothing is sealed. */
  async #sealIfDue(): Promise<void> {
    const least = Math.max(this.options.sealElements, this.known.table.size / SEAL_SHARE);
    if (this.#unsealed < least || this.elements.wasUnanswered) return;
    await this.options.seal();
    this.#unsealed = 0;
  }

  async #writing(run: () => Promise<void>): Promise<void> {
    this.isWriting = true;
    await run();
    this.isWriting = false;
  }
}
