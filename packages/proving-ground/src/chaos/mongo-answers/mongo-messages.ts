import { BSON, type Document } from 'mongodb';

/** A message of MongoDB's wire protocol. */
export interface Message {
  readonly bytes: Buffer;
  readonly id: number;
  /** The id of the message that it answers. */
  readonly to: number;
}

export interface Command {
  readonly name: string;
  readonly body: Document;
  /** The records of a write, as BSON. */
  readonly records: readonly Buffer[];
}

const OP_MSG = 2013;
const HEADER = 16;
const FLAGS = 4;
/** The list of records of a write command. */
const LISTS: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates', delete: 'deletes' };
/** Keeps each number in its own type, so that a document can be encoded again. */
const AS_IT_IS = { promoteValues: false } as const;

/**
 * Splits what a connection receives into messages.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export function messageSplitter(take: (message: Message) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length >= HEADER) {
      if ((chunks[0]?.length ?? 0) < HEADER) chunks = [Buffer.concat(chunks)];
      const size = chunks[0]?.readInt32LE(0) ?? 0;
      if (length < size) return;
      const all = Buffer.concat(chunks);
      const bytes = all.subarray(0, size);
      chunks = [all.subarray(size)];
      length -= size;
      take({ bytes, id: bytes.readInt32LE(4), to: bytes.readInt32LE(8) });
    }
  };
}

/** Parses a command; `undefined` for a message of another kind, such as the first one of a connection. */
export function parseCommand({ bytes }: Message): Command | undefined {
  if (bytes.readInt32LE(12) !== OP_MSG) return undefined;
  const { body, lists } = sectionsOf(bytes);
  const parsed = BSON.deserialize(body, AS_IT_IS);
  const [name = ''] = Object.keys(parsed);
  const list = LISTS[name] ?? '';
  const inBody: unknown = parsed[list];
  const given = Array.isArray(inBody) ? inBody.map((each) => Buffer.from(BSON.serialize(each))) : [];
  return { name, body: parsed, records: lists.get(list) ?? given };
}

export function answerIn({ bytes }: Message): Document {
  return BSON.deserialize(sectionsOf(bytes).body, AS_IT_IS);
}

/** A message that answers another one. */
export function answerTo({ id }: Message, answer: Document): Buffer {
  return framed(0, id, [bodySection(answer)]);
}

/** The same write with only its first records. */
export function firstOf({ id }: Message, { name, body, records }: Command, count: number): Buffer {
  const list = LISTS[name] ?? '';
  const { [list]: _, ...others } = body;
  const documents = Buffer.concat(records.slice(0, count));
  const head = Buffer.alloc(1 + 4 + list.length + 1);
  head[0] = 1;
  head.writeInt32LE(head.length - 1 + documents.length, 1);
  head.write(list, 5);
  return framed(id, 0, [bodySection(others), head, documents]);
}

function sectionsOf(bytes: Buffer): { body: Buffer; lists: ReadonlyMap<string, readonly Buffer[]> } {
  let body: Buffer = Buffer.alloc(0);
  const lists = new Map<string, readonly Buffer[]>();
  for (let at = HEADER + FLAGS; at < bytes.length; ) {
    const isBody = bytes[at] === 0;
    const size = bytes.readInt32LE(at + 1);
    const section = bytes.subarray(at + 1, at + 1 + size);
    at += 1 + size;
    if (isBody) body = section;
    else {
      const end = section.indexOf(0, 4);
      lists.set(section.toString('utf8', 4, end), documentsIn(section.subarray(end + 1)));
    }
  }
  return { body, lists };
}

function documentsIn(bytes: Buffer): Buffer[] {
  const documents: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at))
    documents.push(bytes.subarray(at, at + bytes.readInt32LE(at)));
  return documents;
}

function bodySection(document: Document): Buffer {
  return Buffer.concat([Buffer.from([0]), BSON.serialize(document)]);
}

function framed(id: number, to: number, sections: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEADER + FLAGS);
  head.writeInt32LE(head.length + sections.reduce((sum, { length }) => sum + length, 0), 0);
  head.writeInt32LE(id, 4);
  head.writeInt32LE(to, 8);
  head.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([head, ...sections]);
}
