import type { MessageDocument } from './batch.js';

/** Stream messages to be inserted, in the form that their reader makes. */
export type Messages = DocumentMessages | EncodedMessages;

interface Common {
  readonly count: number;
  /** Their size in MongoDB, in bytes: approximate for documents, exact for BSON. */
  readonly bytes: number;
  /** Whether they are stored in the shape `document`. BSON already has that shape. */
  readonly isShaped: boolean;
}

/** Messages as documents, which the driver converts to BSON. */
export interface DocumentMessages extends Common {
  readonly form: 'documents';
  readonly documents: readonly MessageDocument[];
}

/** Messages that are already BSON. */
export interface EncodedMessages extends Common {
  readonly form: 'bson';
  /** The documents, one after the other. Valid until the batch is released. */
  readonly encoded: Uint8Array;
  /** The end of each document in `encoded`. */
  readonly ends: readonly number[];
}

/**
 * Messages as documents.
 * @param bytes their approximate size, for the byte budget.
 * @param isShaped whether they have the shape `document`.
 */
export function documentMessages(
  documents: readonly MessageDocument[],
  bytes: number,
  isShaped = false,
): DocumentMessages {
  return { form: 'documents', count: documents.length, bytes, documents, isShaped };
}

/**
 * Messages as BSON.
 * @param encoded all documents, one after the other.
 * @param ends the end of each document in `encoded`.
 * @param isShaped whether they have the shape `document`.
 */
export function encodedMessages(
  encoded: Uint8Array,
  ends: readonly number[],
  isShaped = false,
): EncodedMessages {
  return { form: 'bson', count: ends.length, bytes: encoded.length, encoded, ends, isShaped };
}
