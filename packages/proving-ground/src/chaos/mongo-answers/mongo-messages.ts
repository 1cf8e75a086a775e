import { BSON, type Document } from 'mongodb';
import { documentsIn, type Message, OP_MSG, opCodeOf, opMsg, sectionsOf } from '../../program/mongo-wire.js';

export interface Command {
  readonly name: string;
  readonly body: Document;
  /** The records of a write, as BSON. */
  readonly records: readonly Buffer[];
}

/** The list of records of a write command. */
const LISTS: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates', delete: 'deletes' };
/** Keeps each number in its own type, so that a document can be encoded again. */
const AS_IT_IS = { promoteValues: false } as const;

/** Parses a command; `undefined` for a message of another kind, such as the first one of a connection. */
export function parseCommand(message: Message): Command | undefined {
  if (opCodeOf(message) !== OP_MSG) return undefined;
  const { body, lists } = sectionsOf(message);
  const parsed = BSON.deserialize(body, AS_IT_IS);
  const [name = ''] = Object.keys(parsed);
  const list = LISTS[name] ?? '';
  const inBody: unknown = parsed[list];
  const given = Array.isArray(inBody) ? inBody.map((each) => Buffer.from(BSON.serialize(each))) : [];
  const own = lists.get(list);
  return { name, body: parsed, records: own ? [...documentsIn(own)] : given };
}

export function answerIn(message: Message): Document {
  return BSON.deserialize(sectionsOf(message).body, AS_IT_IS);
}

/** A message that answers another one. */
export function answerTo({ id }: Message, answer: Document): Buffer {
  return opMsg(0, id, answer);
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
  return opMsg(id, 0, others, head, documents);
}
