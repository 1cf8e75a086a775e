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

/** The incarnation of messages without an entry id. It sorts before the fleet's first. */
const BEFORE_THE_FLEET = 0;
const FIRST_LIFE = 1;

/**
 * Converts a message of the old engine. With an entry id, the result is what the fleet would have made of the
 * entry. Without one, its `_id` is made of its time and the old document's id: the same in each run, and in
 * the old order.
 * @param key the message's stream.
 * @returns `undefined` if the document does not have the old engine's form.
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
  // The rest of an ObjectId: the process, and a counter.
  const rest = BigInt(`0x${old.hex.slice(8)}`);
  return {
    _id: messageId(messageIdPrefix(key, BEFORE_THE_FLEET), `${Math.max(0, at.getTime())}-${rest}`),
    ...place,
    entryId: null,
    at,
    content,
  };
}

/**
 * Converts old content to an entry's stored fields. Values that are not text become JSON again, from which
 * the old engine had made them.
 */
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
