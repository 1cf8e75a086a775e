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
/** Approximate number of bytes of a document besides its names and values. */
const OVERHEAD = 140;

/** Converts entries of one incarnation of a stream to documents, with their approximate size in bytes. */
export function documentsByRule(
  state: KeyState,
  incarnation: number,
  entries: readonly Entry[],
  rule: Rule | undefined,
): DocumentMessages {
  const prefix = messageIdPrefix(state.key, incarnation);
  const { stream, type } = state;
  const overhead = 2 * prefix.length + stream.length + type.length + OVERHEAD;
  const ttlMs = rule?.ttlMs;
  let bytes = 0;
  const documents = entries.map(([entryId, flat]): MessageDocument => {
    const read = flat.reduce((sum, item) => sum + item.length, 0);
    const made = rule?.mapContent?.(flat);
    // Fields that a rule leaves out count, too: the next read is sized by what was read.
    bytes += overhead + Math.max(read, made?.bytes ?? 0);
    const at = entryTime(entryId) ?? null;
    const removeMs = at && ttlMs !== undefined ? at.getTime() + ttlMs : Number.NaN;
    return {
      _id: messageId(prefix, entryId),
      stream,
      type,
      entryId,
      at,
      content: made?.content ?? encodeContent(flat),
      ...(made?.mapped ? { mapped: made.mapped } : {}),
      ...(removeMs <= LATEST_MS ? { removeAt: new Date(removeMs) } : {}),
    };
  });
  return documentMessages(documents, bytes, rule?.shape !== undefined);
}
