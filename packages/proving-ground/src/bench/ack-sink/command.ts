import { BSON, type Document } from 'mongodb';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;

/** A command as it came over the wire. */
export interface Command {
  readonly requestId: number;
  /** The first handshake may come in the old form, and must be answered in it. */
  readonly isOldForm: boolean;
  readonly name: string;
  readonly collection: string;
  /** Documents of an insert, counted and not read. */
  readonly documents: number;
  /** The whole command, read; an insert's documents too. */
  readonly read: () => Document;
}

/**
 * Takes a message apart as far as is needed to answer it.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 * @throws RangeError on a form that the driver does not send.
 */
export function parseCommand(message: Buffer): Command {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const body = message.indexOf(0, HEADER + 4) + 1 + 8; // behind the collection's name, skip and limit
    const read = () => BSON.deserialize(message.subarray(body, body + message.readInt32LE(body)));
    return { requestId, isOldForm: true, name: 'hello', collection: '', documents: 0, read };
  }
  if (opCode !== OP_MSG) throw new RangeError(`messages of kind ${opCode} are not known here`);
  const { body, sequences } = sections(message);
  const elements = [...bsonElements(message, body)];
  const [first] = elements;
  const inBody = elements.find(({ name }) => name === 'documents');
  const documents =
    (inBody ? countElements(message, inBody.from) : 0) +
    sequences.reduce((sum, { starts }) => sum + starts.length, 0);
  return {
    requestId,
    isOldForm: false,
    name: first?.name ?? '',
    collection: first?.type === 0x02 ? message.toString('utf8', first.from + 4, first.to - 1) : '',
    documents,
    read: () => {
      const command = BSON.deserialize(message.subarray(body, body + message.readInt32LE(body)));
      for (const { name, starts } of sequences)
        command[name] = starts.map((at) =>
          BSON.deserialize(message.subarray(at, at + message.readInt32LE(at))),
        );
      return command;
    },
  };
}

/** The body, and the sequences of documents beside it, of an OP_MSG. */
function sections(message: Buffer): { body: number; sequences: { name: string; starts: number[] }[] } {
  const hasChecksum = (message.readUInt32LE(HEADER) & 1) === 1;
  const end = message.length - (hasChecksum ? 4 : 0);
  const sequences: { name: string; starts: number[] }[] = [];
  let body = 0;
  let at = HEADER + 4;
  while (at < end) {
    const kind = message[at];
    const start = at + 1;
    const size = message.readInt32LE(start);
    if (kind === 0) body = start;
    else {
      const nameEnd = message.indexOf(0, start + 4);
      const starts: number[] = [];
      for (let next = nameEnd + 1; next < start + size; next += message.readInt32LE(next)) starts.push(next);
      sequences.push({ name: message.toString('latin1', start + 4, nameEnd), starts });
    }
    at = start + size;
  }
  return { body, sequences };
}

/** The answer to a command, in the form in which it came. */
export function replyTo({ requestId, isOldForm }: Command, reply: Document): Buffer {
  const body = BSON.serialize(reply);
  const middle = isOldForm ? oldReplyHead() : Buffer.alloc(5); // flags, and a section of kind 0
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + middle.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(isOldForm ? 1 : OP_MSG, 12);
  return Buffer.concat([header, middle, body]);
}

/** Flags, cursor id, where it starts, and that one document follows. */
function oldReplyHead(): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0);
  head.writeInt32LE(1, 16);
  return head;
}

/** One element of a BSON document, unread. */
interface BsonElement {
  readonly type: number;
  readonly name: string;
  /** Where its value lies in the buffer. */
  readonly from: number;
  readonly to: number;
}

const STRING = 0x02;
const DOCUMENT = 0x03;
const ARRAY = 0x04;
const BINARY = 0x05;
/** Bytes that the values of other types take. Source: https://bsonspec.org/spec.html */
const FIXED: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
};

/** The elements of the document that begins at `start`, without reading their values. @throws RangeError on a type that commands do not have. */
function* bsonElements(buffer: Buffer, start: number): Generator<BsonElement> {
  let at = start + 4;
  const end = start + buffer.readInt32LE(start) - 1;
  while (at < end) {
    const type = buffer[at] ?? 0;
    const nameEnd = buffer.indexOf(0, at + 1);
    const from = nameEnd + 1;
    const to = from + sizeOf(buffer, type, from);
    yield { type, name: buffer.toString('latin1', at + 1, nameEnd), from, to };
    at = to;
  }
}

/** How many elements the array or document at `start` has: walked from size to size. */
function countElements(buffer: Buffer, start: number): number {
  let count = 0;
  let at = start + 4;
  const end = start + buffer.readInt32LE(start) - 1;
  while (at < end) {
    const type = buffer[at] ?? 0;
    let from = at + 1;
    while (buffer[from] !== 0) from++;
    from++;
    at = from + sizeOf(buffer, type, from);
    count++;
  }
  return count;
}

function sizeOf(buffer: Buffer, type: number, from: number): number {
  if (type === DOCUMENT || type === ARRAY) return buffer.readInt32LE(from);
  if (type === STRING) return 4 + buffer.readInt32LE(from);
  if (type === BINARY) return 5 + buffer.readInt32LE(from);
  const size = FIXED[type];
  if (size === undefined) throw new RangeError(`BSON type ${type} is not expected in a command`);
  return size;
}
