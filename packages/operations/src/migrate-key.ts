import {
  changeKey,
  type FoundMessage,
  messagePages,
  putMessages,
  readMirroredValue,
  removeFormerMessages,
  removeFormerValue,
} from '@redis-to-mongo/mongo-sink';
import {
  decodeEntry,
  documentMessages,
  encodeContent,
  inPlace,
  isInPlace,
  type KeyState,
  type Line,
  type MessageDocument,
  movingTo,
  type Rule,
  type SliceLimits,
  storedText,
  withRule,
} from '@redis-to-mongo/pipeline';
import type { Fleet } from './key-actions.js';
import { syncToEnd } from './sync-to-end.js';

/**
 * The result of migrating a key:
 * - in place: its documents already match its rule.
 * - taken over: its documents were migrated.
 * - left: not migrated, because its new `_id` belongs to another key, MongoDB refused a document, or the key
 *   changed meanwhile.
 * - paused, gone: skipped.
 */
export interface MigratedKey {
  readonly result: 'in place' | 'taken over' | 'left' | 'paused' | 'gone';
  readonly documents: number;
}

/** The rule recorded for a stream while its messages are being moved; no real rule has this text. */
const UNDER_WAY = 'under way';

/**
 * Migrates the documents of a key to the shape, the `_id` and the collection of its current rule, within its
 * current incarnation. No document is missing at any moment: new documents are written before old ones are
 * removed. It can be interrupted anywhere and run again.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function migrateKey(
  line: Line,
  db: Fleet['db'],
  key: string,
  slice: SliceLimits,
): Promise<MigratedKey> {
  const state = await line.sink.load(key);
  const place = state && line.rules?.placeFor(key, state.keyType);
  if (!state || !place || state.status !== 'active') return { result: 'gone', documents: 0 };
  if (isInPlace(state, place)) return { result: 'in place', documents: 0 };
  if (state.pausedAt) return { result: 'paused', documents: 0 };
  return state.keyType === 'stream'
    ? await migrateStream(line, db, state)
    : await migrateValue(line, db, state, slice);
}

async function migrateStream(line: Line, db: Fleet['db'], before: KeyState): Promise<MigratedKey> {
  const { key } = before;
  const place = line.rules?.placeFor(key, 'stream');
  // New messages go to the new place from now on.
  const state = place && (await changeKey(db, key, (each) => movingTo(each, { ...place, rule: UNDER_WAY })));
  if (!state) return { result: 'gone', documents: 0 };
  let documents = 0;
  let refused = 0;
  for await (const { former, messages } of messagesByRule(line, db, state)) {
    refused += await putMessages(db, state, messages);
    if (refused > 0) return { result: 'left', documents };
    await removeFormerMessages(db, former, state, messages);
    documents += messages.count;
  }
  await changeKey(db, key, (each) => withRule({ ...each, formerPlaces: null }, place.rule));
  await leaveAll(line, { ...state, position: null });
  return { result: 'taken over', documents };
}

async function migrateValue(
  line: Line,
  db: Fleet['db'],
  before: KeyState,
  slice: SliceLimits,
): Promise<MigratedKey> {
  const { key, keyType, incarnation } = before;
  const place = line.rules?.placeFor(key, keyType);
  if (!place || keyType === 'stream') return { result: 'gone', documents: 0 };
  // The rule recorded with the value shows whether this was already done.
  const state = await changeKey(db, key, (each) =>
    unread(movingTo(each, { ...place, rule: each.rule ?? undefined })),
  );
  if (!state || state.incarnation !== incarnation) return { result: 'left', documents: 0 };
  const { result, dead } = await syncToEnd(line, key, slice, () => {});
  if (result === 'failed' || dead > 0) {
    const { collection = null, documentId, rule, formerPlaces = null } = before;
    const former = { collection, documentId: documentId ?? undefined, rule: rule ?? undefined };
    await changeKey(db, key, (each) =>
      each.incarnation === incarnation ? { ...unread(inPlace(each, former)), formerPlaces } : each,
    );
    return { result: 'left', documents: 0 };
  }
  if (state.formerPlaces && (await readMirroredValue(db, keyType, state))?.active) {
    for (const former of state.formerPlaces)
      await removeFormerValue(db, { ...before, ...former }, state.revision);
    await changeKey(db, key, (each) => ({ ...each, formerPlaces: null }));
    await leaveAll(line, state);
  }
  return { result: 'taken over', documents: 1 };
}

/**
 * Removes documents in former places, written by runs that began before the migration and ended before its
 * end. Runs that end later remove theirs themselves.
 */
async function leaveAll({ sink }: Line, state: KeyState): Promise<void> {
  for (const former of state.formerPlaces ?? []) await sink.leave({ ...state, ...former });
}

/** Makes the next read treat the value as changed. The state still shows whether the value has members. */
function unread(state: KeyState): KeyState {
  if (state.position === null) return state;
  const { checksum: _, ...position } = state.position;
  return { ...state, position: { ...position, digest: '' } };
}

const LATEST_MS = 8.64e15;

/**
 * The messages of a stream, converted by its current rule from their stored entries, with their current
 * collection. Fields that were left out stay missing, because MongoDB does not have them.
 * @throws SyncError as mongoError; TypeError if a message does not have a form that the fleet writes.
 */
async function* messagesByRule(line: Line, db: Fleet['db'], state: KeyState) {
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
