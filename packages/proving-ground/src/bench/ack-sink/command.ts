import { BSON, type Document } from 'mongodb';
import {
  documentsIn,
  framed,
  HEADER,
  type Message,
  OP_MSG,
  opCodeOf,
  opMsg,
  sectionsOf,
} from '../../program/mongo-wire.js';

const OP_REPLY = 1;
const OP_QUERY = 2004;

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
 * Parses a message as far as needed to answer it.
 * @throws RangeError on an opcode that the driver does not send.
 */
export function parseCommand(message: Message): Command {
  const { bytes, id: requestId } = message;
  const opCode = opCodeOf(message);
  if (opCode === OP_QUERY) {
    const body = bytes.indexOf(0, HEADER + 4) + 1 + 8; // after the collection's name, skip and limit
    const read = () => BSON.deserialize(bytes.subarray(body, body + bytes.readInt32LE(body)));
    return { requestId, isOldForm: true, name: 'hello', collection: '', documents: 0, read };
  }
  if (opCode !== OP_MSG) throw new RangeError(`messages of kind ${opCode} are not known here`);
  const { body, lists } = sectionsOf(message);
  const elements = elementsOf(body, 0);
  const [first] = elements;
  const inBody = elements.find(({ name }) => name === 'documents');
  return {
    requestId,
    isOldForm: false,
    name: first?.name ?? '',
    collection:
      first?.type === BSON.BSONType.string ? body.toString('utf8', first.from + 4, first.to - 1) : '',
    documents: (inBody ? elementsOf(body, inBody.from).length : 0) + countIn(lists.get('documents')),
    read: () => {
      const command = BSON.deserialize(body);
      for (const [name, list] of lists)
        command[name] = [...documentsIn(list)].map((document) => BSON.deserialize(document));
      return command;
    },
  };
}

function countIn(list: Buffer | undefined): number {
  let count = 0;
  for (let at = 0; list && at < list.length; at += list.readInt32LE(at)) count++;
  return count;
}

/** Builds the reply to a command, in the command's form. */
export function replyTo({ requestId, isOldForm }: Command, reply: Document): Buffer {
  return isOldForm
    ? framed(OP_REPLY, 0, requestId, [oldReplyHead(), BSON.serialize(reply)])
    : opMsg(0, requestId, reply);
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
function elementsOf(bytes: Buffer, start: number) {
  const elements = [...BSON.onDemand.parseToElements(bytes, start)];
  return elements.map(([type, nameFrom, nameLength, from, length]) => ({
    type,
    name: bytes.toString('latin1', nameFrom, nameFrom + nameLength),
    ...{ from, to: from + length },
  }));
}
