import {
  type DocumentMessages,
  documentMessages,
  encodeContent,
  entryTime,
  type KeyState,
  type MessageDocument,
  messageId,
  messageIdPrefix,
  type Rule,
} from '@redis-to-mongo/pipeline';
import type { Entry } from './entry-digest.js';

const LATEST_MS = 8.64e15;

/** As toDocuments, by a rule that changes the content or lets messages go after a time. */
export function toMappedDocuments(
  state: KeyState,
  incarnation: number,
  entries: readonly Entry[],
  { mapContent, ttlMs }: Pick<Rule, 'mapContent' | 'ttlMs'>,
): DocumentMessages {
  const prefix = messageIdPrefix(state.key, incarnation);
  const { stream, type } = state;
  const overhead = 2 * prefix.length + stream.length + type.length + 140;
  let bytes = 0;
  const documents = entries.map(([entryId, flat]): MessageDocument => {
    const read = flat.reduce((sum, item) => sum + item.length, 0);
    const made = mapContent?.(flat) ?? { content: encodeContent(flat), mapped: undefined, bytes: read };
    // What is left out was read nevertheless, and counts where the next read is planned.
    bytes += overhead + Math.max(read, made.bytes);
    const at = entryTime(entryId) ?? null;
    const removeMs = at && ttlMs !== undefined ? at.getTime() + ttlMs : Number.NaN;
    return {
      _id: messageId(prefix, entryId),
      stream,
      type,
      entryId,
      at,
      content: made.content,
      ...(made.mapped ? { mapped: made.mapped } : {}),
      ...(removeMs <= LATEST_MS ? { removeAt: new Date(removeMs) } : {}),
    };
  });
  return documentMessages(documents, bytes);
}
