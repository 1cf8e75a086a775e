import { BSON, type Document } from 'mongodb';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;

/** A command as received on the wire. */
export interface Command {
  readonly requestId: number;
  /** Whether it came as OP_QUERY, as the first handshake may. The reply must have the same form. */
  readonly isOldForm: boolean;
  readonly name: string;
  readonly collection: string;
  /** Number of documents of an insert. They are counted, not deserialized. */
  readonly documents: number;
  /** Deserializes the whole command, including an insert's documents. */
  readonly read: () => Document;
}

/**
 * Parses a message as far as needed to answer it. Source:
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 * @throws RangeError on an opcode that the driver does not send.
 */
export function parseCommand(message: Buffer): Command {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const body = message.indexOf(0, HEADER + 4) + 1 + 8; // after the collection's name, skip and limit
    const read = () => BSON.deserialize(message.subarray(body, body + message.readInt32LE(body)));
    return { requestId, isOldForm: true, name: 'hello', collection: '', documents: 0, read };
  }
  if (opCode !== OP_MSG) throw new RangeError(`messages of kind ${opCode} are not known here`);
  const { body, sequences } = sections(message);
  const elements = elementsOf(message, body);
  const [first] = elements;
  const inBody = elements.find(({ name }) => name === 'documents');
  const documents =
    (inBody ? elementsOf(message, inBody.from).length : 0) +
    sequences.reduce((sum, { starts }) => sum + starts.length, 0);
  return {
    requestId,
    isOldForm: false,
    name: first?.name ?? '',
    collection:
      first?.type === BSON.BSONType.string ? message.toString('utf8', first.from + 4, first.to - 1) : '',
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

/** Offsets of the body and of the document sequences of an OP_MSG. */
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

/** Builds the reply to a command, in the command's form. */
export function replyTo({ requestId, isOldForm }: Command, reply: Document): Buffer {
  const body = BSON.serialize(reply);
  const middle = isOldForm ? oldReplyHead() : Buffer.alloc(5); // flags, and a section of kind 0
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + middle.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(isOldForm ? 1 : OP_MSG, 12);
  return Buffer.concat([header, middle, body]);
}

/** The head of an OP_REPLY: flags, cursor id, starting position, and the number of documents, 1. */
function oldReplyHead(): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0);
  head.writeInt32LE(1, 16);
  return head;
}

/**
 * The elements of the document or array at `start`: type, name, and offsets of the value.
 * @throws BSONError if it is not BSON.
 */
function elementsOf(message: Buffer, start: number) {
  const elements = [...BSON.onDemand.parseToElements(message, start)];
  return elements.map(([type, nameFrom, nameLength, from, length]) => ({
    type,
    name: message.toString('latin1', nameFrom, nameFrom + nameLength),
    ...{ from, to: from + length },
  }));
}
