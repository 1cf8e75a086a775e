import type { Document } from 'mongodb';
import { PlainBsonWriter } from '../bson/plain-bson-writer.js';
import type { DocumentSequence, NewDocumentSequence } from '../bson/ready-made-bson.js';

/** What is more goes by the driver, which finds out for which record a command is too large. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Makes the lists of records that stand in commands: as BSON, where that can be sent. */
export class RecordLists {
  readonly #newSequence: NewDocumentSequence | undefined;
  readonly #bson = new PlainBsonWriter();

  constructor(newSequence: NewDocumentSequence | undefined) {
    this.#newSequence = newSequence;
  }

  /** @param field what the command calls them. @returns `undefined` where the driver is to make BSON of them. */
  listOf(field: 'documents' | 'updates', records: readonly Document[]): DocumentSequence | undefined {
    const bytes = this.#newSequence && this.#bytesOf(records);
    if (!bytes || !this.#newSequence) return undefined;
    const sequence = this.#newSequence(field);
    sequence.push({}, bytes);
    return sequence;
  }

  #bytesOf(records: readonly Document[]): Uint8Array | undefined {
    try {
      const bytes = this.#bson.write(records);
      return bytes.length <= MOST_BYTES ? bytes : undefined;
    } catch {
      return undefined; // the driver shows what is wrong
    }
  }
}
