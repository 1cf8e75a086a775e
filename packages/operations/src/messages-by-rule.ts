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
import type { Fleet } from './fleet.js';

const LATEST_MS = 8.64e15;

/**
 * The messages of a stream, with the collection that they are in, made again by its rule from what they say of their entries. Fields that were left out stay away: MongoDB
 * does not have them.
 * @throws SyncError as mongoError; TypeError where a message is not of a form that the fleet writes.
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
  // Of the engine before this one, which kept no id: it stays as it is.
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
