import {
  type DocumentMessages,
  documentMessages,
  encodeContent,
  entryTime,
  type KeyState,
  type MessageDocument,
  messageId,
  messageIdPrefix,
} from '@redis-to-mongo/pipeline';
import type { Entry } from './entry-digest.js';

/** The documents of entries that belong to one incarnation of a stream, and about how many bytes they take. */
export function toDocuments(
  state: KeyState,
  incarnation: number,
  entries: readonly Entry[],
): DocumentMessages {
  const prefix = messageIdPrefix(state.key, incarnation);
  const { stream, type } = state;
  const overhead = 2 * prefix.length + stream.length + type.length + 120;
  let bytes = 0;
  const documents = entries.map(([entryId, flat]): MessageDocument => {
    bytes += overhead;
    for (const item of flat) bytes += item.length;
    return {
      _id: messageId(prefix, entryId),
      stream,
      type,
      entryId,
      at: entryTime(entryId) ?? null,
      content: encodeContent(flat),
    };
  });
  return documentMessages(documents, bytes);
}
