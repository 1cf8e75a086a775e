import { type AdoptedMessage, objectIdOf } from '@redis-to-mongo/mongo-sink';
import {
  BEFORE_FIRST,
  bytesOf,
  encodeContent,
  entryTime,
  isEntryId,
  isObject,
  messageId,
  messageIdPrefix,
  type Place,
  type StoredText,
  storedText,
} from '@redis-to-mongo/pipeline';
import { dateOf } from './old-stream.js';

type Fields = Readonly<Record<string, unknown>>;

/** The incarnation of messages without an entry id: before the fleet's first. They sort before all others. */
const BEFORE_THE_FLEET = 0;
const FIRST_LIFE = 1;

/**
 * A message of the old engine as the fleet keeps it. One with an entry id is what the fleet would have made of the entry. One
 * without gets an `_id` of its own time and the old document's id: the same each time, and in the old order.
 * @param key whose message it is.
 * @returns `undefined` for a document that is not of the old engine's form.
 */
export function adoptedMessage(document: Fields, key: string, place: Place): AdoptedMessage | undefined {
  const old = objectIdOf(document._id);
  const content = contentOf(document.content);
  if (old === undefined || content === undefined) return undefined;
  const { rid } = document;
  if (isEntryId(rid) && rid !== BEFORE_FIRST)
    return {
      _id: messageId(messageIdPrefix(key, FIRST_LIFE), rid),
      ...place,
      entryId: rid,
      at: entryTime(rid) ?? null,
      content,
    };
  const at = dateOf(document.created_at) ?? new Date(old.ms);
  // The rest of an ObjectId: who made it, and a counter.
  const rest = BigInt(`0x${old.hex.slice(8)}`);
  return {
    _id: messageId(messageIdPrefix(key, BEFORE_THE_FLEET), `${Math.max(0, at.getTime())}-${rest}`),
    ...place,
    entryId: null,
    at,
    content,
  };
}

/** The old content as the fleet stores an entry's fields. What is no text was made of text by the old engine, as JSON. */
function contentOf(content: unknown): AdoptedMessage['content'] | undefined {
  if (!isObject(content)) return undefined;
  return encodeContent(Object.entries(content).flatMap(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): StoredText {
  if (typeof value === 'string') return value;
  try {
    return storedText(bytesOf(value));
  } catch {
    return JSON.stringify(value) ?? '';
  }
}
