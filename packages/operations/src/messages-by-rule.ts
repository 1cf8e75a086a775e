import { type FoundMessage, messagePages } from '@redis-to-mongo/mongo-sink';
import {
  decodeEntry,
  documentMessages,
  encodeContent,
  type KeyState,
  type Line,
  type MessageDocument,
  type Rule,
  storedText,
} from '@redis-to-mongo/pipeline';
import type { Fleet } from './key-actions.js';

const LATEST_MS = 8.64e15;

/**
 * The messages of a stream, converted by its current rule from their stored entries, with their current
 * collection. Fields that were left out stay missing, because MongoDB does not have them.
 * @throws SyncError as mongoError; TypeError if a message does not have a form that the fleet writes.
 */
export async function* messagesByRule(line: Line, db: Fleet['db'], state: KeyState) {
  const rule = line.rules?.ruleFor(state.key, 'stream');
  for await (const page of messagePages(db, state, line.rules?.rules ?? [])) {
    const documents = page.flatMap(({ message }) => madeBy(rule, message));
    yield {
      former: page[0]?.collection ?? '',
      messages: documentMessages(documents, 0, rule?.shape !== undefined),
    };
  }
}

function madeBy(rule: Rule | undefined, message: FoundMessage['message']): readonly MessageDocument[] {
  // A message of the old engine without an entry id stays unchanged.
  if (typeof message.entryId !== 'string') return [];
  const { pairs, left } = decodeEntry({ content: message.content, mapped: message.mapped });
  const flat = pairs.flat().map(storedText);
  const made = rule?.mapContent?.(flat) ?? { content: encodeContent(flat), mapped: undefined };
  const at = message.at instanceof Date ? message.at : null;
  const removeMs = at && rule?.ttlMs !== undefined ? at.getTime() + rule.ttlMs : Number.NaN;
  const leftNow = left + (made.mapped?.left ?? 0);
  const mapped = leftNow > 0 ? { ...made.mapped, left: leftNow } : made.mapped;
  const document = {
    _id: message._id,
    stream: String(message.stream),
    type: String(message.type),
    entryId: message.entryId,
    at,
    content: made.content,
    ...(mapped ? { mapped } : {}),
    ...(removeMs <= LATEST_MS ? { removeAt: new Date(removeMs) } : {}),
  };
  return [document];
}
