import type { Document } from 'mongodb';
import { PlainBsonWriter } from '../bson/plain-bson-writer.js';
import type { DocumentSequence, NewDocumentSequence } from '../bson/ready-made-bson.js';

/** Larger lists are left to the driver, which finds the record that is too large. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Encodes a command's list of records as BSON, if ready-made BSON can be sent. */
export class RecordLists {
  readonly #bson = new PlainBsonWriter(MOST_BYTES);

  constructor(private readonly newSequence: NewDocumentSequence | undefined) {}

  /**
   * @param field the list's name in the command.
   * @returns `undefined` if the driver has to encode the records.
   */
  listOf(field: 'documents' | 'updates', records: readonly Document[]): DocumentSequence | undefined {
    const bytes = this.newSequence && this.#bytesOf(records);
    if (!bytes || !this.newSequence) return undefined;
    const sequence = this.newSequence(field);
    sequence.push({}, bytes);
    return sequence;
  }

  #bytesOf(records: readonly Document[]): Uint8Array | undefined {
    try {
      return this.#bson.write(records);
    } catch {
      return undefined; // the driver reports the error
    }
  }
}
