import { BSON, type Document } from 'mongodb';

/** A message of MongoDB's wire protocol. */
export interface Message {
  readonly bytes: Buffer;
  readonly id: number;
  /** The id of the message that it answers. */
  readonly to: number;
}

export const OP_MSG = 2013;
export const HEADER = 16;
const FLAGS = 4;

/**
 * Splits what a connection receives into messages. Chunks are joined only once a message is complete.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function messageSplitter(take: (message: Message) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  const joined = () => {
    const [first = Buffer.alloc(0)] = chunks;
    return chunks.length === 1 ? first : Buffer.concat(chunks);
  };
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length >= HEADER) {
      if ((chunks[0]?.length ?? 0) < HEADER) chunks = [joined()];
      const size = chunks[0]?.readInt32LE(0) ?? 0;
      if (length < size) return;
      const all = joined();
      const bytes = all.subarray(0, size);
      chunks = [all.subarray(size)];
      length -= size;
      take({ bytes, id: bytes.readInt32LE(4), to: bytes.readInt32LE(8) });
    }
  };
}

/** The kind of a message, such as OP_MSG. */
export function opCodeOf({ bytes }: Message): number {
  return bytes.readInt32LE(12);
}

/** The body of an OP_MSG, and the documents of each of its lists, one after the other. */
export function sectionsOf({ bytes }: Message): { body: Buffer; lists: ReadonlyMap<string, Buffer> } {
  let body: Buffer = Buffer.alloc(0);
  const lists = new Map<string, Buffer>();
  for (let at = HEADER + FLAGS; at < bytes.length; ) {
    const isBody = bytes[at] === 0;
    const size = bytes.readInt32LE(at + 1);
    const section = bytes.subarray(at + 1, at + 1 + size);
    at += 1 + size;
    const nameEnd = isBody ? 0 : section.indexOf(0, 4);
    if (isBody) body = section;
    else lists.set(section.toString('utf8', 4, nameEnd), section.subarray(nameEnd + 1));
  }
  return { body, lists };
}

/** The BSON of each document of a list. */
export function* documentsIn(list: Buffer): Generator<Buffer> {
  for (let at = 0, size = 0; at < list.length; at += size) {
    size = list.readInt32LE(at);
    yield list.subarray(at, at + size);
  }
}

/** An OP_MSG. @param lists its sections besides the body, as BSON. */
export function opMsg(id: number, to: number, body: Document, ...lists: readonly Buffer[]): Buffer {
  const flags = Buffer.alloc(FLAGS + 1); // and the kind of the section, 0
  return framed(OP_MSG, id, to, [flags, BSON.serialize(body), ...lists]);
}

/** Puts the header before the parts of a message. */
export function framed(opCode: number, id: number, to: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + parts.reduce((sum, { length }) => sum + length, 0), 0);
  header.writeInt32LE(id, 4);
  header.writeInt32LE(to, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, ...parts]);
}
