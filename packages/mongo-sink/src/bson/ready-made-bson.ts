import { Buffer } from 'node:buffer';
import { driverModule, memberOf } from '../connection/driver-parts.js';

/** Documents of a command that are BSON already: the driver sends them as they are. */
export interface DocumentSequence {
  /** Adds any number of documents, one after the other. Only command monitoring reads the first argument. */
  push(document: object, bson: Uint8Array): number;
  toBin(): Uint8Array;
}

/** Makes the list for a command's field `documents`, or for another field. */
export type NewDocumentSequence = (field?: string) => DocumentSequence;

const FIELD = 'documents';

/**
 * The driver's undocumented way to send ready-made BSON, which it uses for bulk writes: an OP_MSG section of
 * kind 1. It is tested before use: a message made with it must match the protocol byte for byte.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#kind-1--document-sequence
 * @returns `undefined` when the driver is not built as expected (measured with mongodb 7.9).
 */
export async function readyMadeBson(): Promise<NewDocumentSequence | undefined> {
  return sequencesOf(await driverModule(() => import('mongodb/lib/cmap/commands.js')));
}

/** See readyMadeBson. @param commands the driver's module of that name. */
export function sequencesOf(commands: unknown): NewDocumentSequence | undefined {
  try {
    const Sequence = memberOf(commands, 'DocumentSequence');
    const Message = memberOf(commands, 'OpMsgRequest');
    if (!isConstructor(Sequence) || !isConstructor(Message)) return undefined;
    const create = (field = FIELD) => {
      const sequence: unknown = new Sequence(field);
      if (!isSequence(sequence)) throw new TypeError('not a document sequence');
      return sequence;
    };
    return sendsAsItIs(create, Message) ? create : undefined;
  } catch {
    return undefined; // the driver is built differently
  }
}

/** An empty document, and a section with two of them. */
const EMPTY = Buffer.from([5, 0, 0, 0, 0]);
const SECTION = Buffer.concat([
  Buffer.from([1]),
  Buffer.from([4 + FIELD.length + 1 + 2 * EMPTY.length, 0, 0, 0]),
  Buffer.from(`${FIELD}\0`),
  EMPTY,
  EMPTY,
]);

function sendsAsItIs(create: NewDocumentSequence, Message: Constructor): boolean {
  const sequence = create();
  sequence.push({}, Buffer.concat([EMPTY, EMPTY]));
  const message: unknown = new Message('db', { insert: 'c', [FIELD]: sequence }, {});
  if (!hasBytes(message)) return false;
  const bytes: unknown = message.toBin();
  if (!Array.isArray(bytes) || !bytes.every((part) => part instanceof Uint8Array)) return false;
  const whole = Buffer.concat(bytes);
  return whole.readInt32LE(0) === whole.length && whole.subarray(-SECTION.length).equals(SECTION);
}

type Constructor = new (...args: unknown[]) => unknown;

function isConstructor(value: unknown): value is Constructor {
  return typeof value === 'function';
}

function hasBytes(value: unknown): value is { toBin(): unknown } {
  return typeof memberOf(value, 'toBin') === 'function';
}

function isSequence(value: unknown): value is DocumentSequence {
  return hasBytes(value) && typeof memberOf(value, 'push') === 'function';
}
