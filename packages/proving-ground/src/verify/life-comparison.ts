import { compareEntryIds, decodeEntry, entryTime, messageId, type Place } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import type { Findings } from './findings.js';
import type { MessageDocument } from './message-document.js';
import type { EntrySource, SourceEntry } from './source-entries.js';

export interface LifeOptions {
  readonly db: Db;
  /** What the ids of the life's documents begin with. */
  readonly prefix: string;
  readonly place: Place;
  /** What the documents must hold; `undefined` for a life of which nobody knows any more what it held. */
  readonly entries: EntrySource | undefined;
  /** The entries are all that this life ever had: a document of any other one is wrong. */
  readonly complete: boolean;
  readonly findings: Findings;
}

/** Missing entries whose dead letters are asked for at once. */
const ASKED_AT_ONCE = 500;

/**
 * Compares one life of a stream with its documents, both in order: each entry must have its one document with the very
 * same fields, and the order of the documents' ids must be that of the stream. Holds a page of entries while it goes
 * on, and nothing between `suspend` and the next document.
 */
export class LifeComparison {
  readonly #options: LifeOptions;
  #entries: AsyncGenerator<SourceEntry> | undefined;
  #head: SourceEntry | undefined;
  /** The last entry that is dealt with. */
  #after: string | undefined;
  #lastDocument: string | undefined;
  #missing: string[] = [];

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  /** Takes the life's next document, in the order of `_id`. */
  async take(document: MessageDocument): Promise<void> {
    const { findings, entries, complete } = this.#options;
    const { _id, entryId } = document;
    findings.documents += 1;
    if (this.#lastDocument !== undefined && compareEntryIds(this.#lastDocument, entryId) >= 0) {
      findings.addDifferent(`${_id}: out of order`);
      return;
    }
    this.#lastDocument = entryId;
    if (!entries) return;
    let entry = await this.#peek();
    while (entry && compareEntryIds(entry.id, entryId) < 0) {
      await this.#passMissing(entry.id);
      entry = await this.#peek();
    }
    if (entry?.id === entryId) {
      this.#compare(entry, document);
      this.#pass(entryId);
    } else if (complete) findings.addDifferent(`${_id}: an entry that nobody wrote`);
    // Else Redis has dropped the entry since it was synced, which is what the mirror is for.
  }

  /** Lets the page of entries go; the next document begins a new one. */
  async suspend(): Promise<void> {
    await this.#entries?.return(undefined);
    this.#entries = undefined;
    this.#head = undefined;
  }

  /** There are no more documents: what is left of the entries has none. */
  async finish(): Promise<void> {
    for (let entry = await this.#peek(); entry; entry = await this.#peek()) await this.#passMissing(entry.id);
    await this.#reportMissing();
    await this.suspend();
  }

  async #peek(): Promise<SourceEntry | undefined> {
    if (this.#head) return this.#head;
    this.#entries ??= this.#options.entries?.(this.#after);
    const next = await this.#entries?.next();
    this.#head = next?.done === false ? next.value : undefined;
    return this.#head;
  }

  #pass(entryId: string): void {
    this.#options.findings.messages += 1;
    this.#after = entryId;
    this.#head = undefined;
  }

  async #passMissing(entryId: string): Promise<void> {
    this.#pass(entryId);
    this.#missing.push(entryId);
    if (this.#missing.length >= ASKED_AT_ONCE) await this.#reportMissing();
  }

  /** Of the entries without a document, those that are dead letters are kept, not missing. */
  async #reportMissing(): Promise<void> {
    if (this.#missing.length === 0) return;
    const { db, prefix, findings } = this.#options;
    const ids = this.#missing.map((entryId) => messageId(prefix, entryId));
    this.#missing = [];
    const letters = await db
      .collection<{ _id: string }>('dead_letters')
      .find({ _id: { $in: ids } }, { projection: { _id: 1 } })
      .toArray();
    const dead = new Set(letters.map(({ _id }) => _id));
    findings.dead += dead.size;
    for (const id of ids) if (!dead.has(id)) findings.addMissing(id);
  }

  #compare(entry: SourceEntry, document: MessageDocument): void {
    const { _id, stream, type, at } = document;
    const { place, findings } = this.#options;
    const time = at instanceof Date ? at.getTime() : null;
    if (stream !== place.stream || type !== place.type) findings.addDifferent(`${_id}: stream or type`);
    else if (time !== (entryTime(entry.id)?.getTime() ?? null)) findings.addDifferent(`${_id}: time`);
    else if (!hasContent(entry, document)) findings.addDifferent(`${_id}: content`);
  }
}

/** Where a rule left fields out, nobody can tell. */
function hasContent(entry: SourceEntry, document: MessageDocument): boolean {
  try {
    const { pairs, left, isIntact } = decodeEntry(document);
    return isIntact && (left > 0 || entry.equals(pairs));
  } catch {
    return false; // not of a form that any entry is stored in
  }
}
