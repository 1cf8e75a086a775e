import {
  type DocumentMessages,
  type EncodedMessages,
  type MessageDocument,
  type Messages,
  plainMessage,
  shapeMessage,
} from '@redis-to-mongo/pipeline';
import { BSON, type Document } from 'mongodb';
import type { NewDocumentSequence } from '../bson/ready-made-bson.js';

/** A range of messages: from `from` up to, but not including, `to`. */
export interface MessageRange {
  readonly messages: Messages;
  readonly from: number;
  readonly to: number;
}

/**
 * The size of a message in bytes: exact for BSON, an estimate for a document, whose BSON is at most about
 * three times that.
 */
export function sizeOf(messages: Messages, i: number): number {
  if (messages.form === 'bson') return endOf(messages, i) - endOf(messages, i - 1);
  const document = messages.documents[i];
  return document ? roughSize(document) : 0;
}

/** The size of a message's BSON in bytes; an estimate if the driver cannot encode the message. */
export function exactSizeOf(messages: Messages, i: number): number {
  if (messages.form === 'bson') return sizeOf(messages, i);
  try {
    return BSON.calculateObjectSize(messageAt(messages, i));
  } catch {
    return sizeOf(messages, i);
  }
}

/** Messages as they are stored. */
export function storedMessages({ documents, isShaped }: DocumentMessages): readonly Document[] {
  return isShaped ? documents.map(shapeMessage) : documents;
}

/** A message as a document in the fleet's own shape. */
export function messageAt(messages: Messages, i: number): MessageDocument {
  if (messages.form === 'bson') {
    const bytes = messages.encoded.subarray(endOf(messages, i - 1), endOf(messages, i));
    // The source encodes only messages, so the decoded document is a message.
    return plainMessage(BSON.deserialize(bytes, { promoteBuffers: true })) as unknown as MessageDocument;
  }
  const document = messages.documents[i];
  if (!document) throw new RangeError(`there is no message ${i}`);
  return document;
}

/** An insert command for messages of one form. BSON is sent unchanged, if ready-made BSON can be sent. */
export function insertCommand(
  collection: string,
  ranges: readonly MessageRange[],
  newSequence: NewDocumentSequence | undefined,
): Document {
  const documents: Document[] = [];
  let sequence: ReturnType<NewDocumentSequence> | undefined;
  for (const { messages, from, to } of ranges) {
    if (messages.form === 'bson' && newSequence) {
      sequence ??= newSequence();
      sequence.push({}, messages.encoded.subarray(endOf(messages, from - 1), endOf(messages, to - 1)));
    } else
      for (let i = from; i < to; i++) {
        const message = messageAt(messages, i);
        documents.push(messages.isShaped ? shapeMessage(message) : message);
      }
  }
  return { insert: collection, documents: sequence ?? documents };
}

function endOf({ ends }: EncodedMessages, i: number): number {
  return i < 0 ? 0 : (ends[i] ?? 0);
}

/** Estimates the size of a document by the characters and bytes of its content. */
function roughSize({ content, mapped, _id }: MessageDocument): number {
  let size = 100 + 2 * _id.length;
  // A rule can change the content to other types, whose sizes differ.
  if (mapped) return size + BSON.calculateObjectSize({ content, mapped });
  if (Array.isArray(content)) for (const [name, value] of content) size += name.length + lengthOf(value) + 32;
  else for (const name in content) size += name.length + lengthOf(content[name]) + 8;
  return size;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}
