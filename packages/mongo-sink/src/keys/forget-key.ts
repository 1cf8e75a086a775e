import {
  earlierPlacesOf,
  type KeyState,
  messageIdBounds,
  type RuleSpec,
  STREAM_MESSAGES,
} from '@redis-to-mongo/pipeline';
import type { Collection, Db, Filter } from 'mongodb';
import { deleteByIds } from '../commands/by-ids.js';
import { allValueCollections } from '../database/collection-of.js';
import { keysIn, lettersIn, type Stored } from '../database/stored.js';
import { removeLetters } from '../dead-letters/dead-letters.js';
import { mongoError } from '../errors/mongo-error.js';
import { newestIncarnation, recordsOfStream } from '../messages/records-of-stream.js';
import { removeElements } from '../values/remove-elements.js';
import { IS_OURS, MANIFEST_PROJECTION, parseManifest } from '../values/value-manifest.js';
import { documentIdOf, pathIn, pathsIn, type StoredValue } from '../values/value-place.js';
import { readKey } from './find-keys.js';

/** Why a key is not forgotten. */
export type Kept =
  | 'active'
  | 'paused'
  | 'has messages'
  | 'has dead letters'
  | 'has losses'
  | 'has history'
  | 'changed meanwhile';

/** The result of forgetting a key. */
export type Forgotten = 'forgotten' | Kept | 'unknown';

/**
 * Removes a deleted key from MongoDB: its document in `keys`, and its empty values. If the key comes back, it
 * begins its first incarnation again. So a key is kept while anything is left that new ids could collide
 * with, or that users may still need.
 * @param rules the configured rules: their collections are searched, too.
 * @param options.withData removes its messages, dead letters, history of members and losses, too.
 * @throws SyncError KEY_STATE_INVALID, or as mongoError.
 */
export async function forgetKey(
  db: Db,
  key: string,
  rules: readonly RuleSpec[],
  { withData }: { readonly withData: boolean },
): Promise<Forgotten> {
  const found = await readKey(db, key);
  if (!found) return 'unknown';
  if (found.status === 'active') return 'active';
  if (found.pausedAt) return 'paused';
  try {
    const places = documentCollectionsOf(found, rules);
    const kept = withData ? undefined : await reasonToKeep(db, found, places);
    if (kept) return kept;
    const state = withData ? await withAllIncarnations(db, found, places) : found;
    // The key's document is removed last, so that the next try finds what an interrupted one left.
    if (withData) await removeRecords(db, state, places);
    await removeValues(db, state, places, withData);
    const { deletedCount } = await keysIn(db).deleteOne({
      _id: key,
      revision: state.revision,
      status: 'deleted',
    });
    return deletedCount === 1 ? 'forgotten' : 'changed meanwhile';
  } catch (error) {
    throw mongoError(error);
  }
}

type DocumentCollections = ReturnType<typeof documentCollectionsOf>;

/** The collections that may have documents of the key, of all its incarnations. */
function documentCollectionsOf(state: KeyState, rules: readonly RuleSpec[]) {
  const named = new Set(
    [
      state.collection,
      ...earlierPlacesOf(state).map((each) => each.collection),
      ...rules.map((rule) => rule.collection),
    ].filter((name) => typeof name === 'string'),
  );
  return { messages: [STREAM_MESSAGES, ...named], values: allValueCollections(named) };
}

async function reasonToKeep(
  db: Db,
  state: KeyState,
  { messages, values }: DocumentCollections,
): Promise<Kept | undefined> {
  const { counts } = state;
  if (counts.gap > 0 || counts.dead > 0) return 'has losses';
  const hasRecords = async (records: Collection<Stored>) => {
    for await (const _ of recordsOfStream(records, messageIdBounds(state.key), state, 'owner')) return true;
    return false;
  };
  if (await hasRecords(lettersIn(db))) return 'has dead letters';
  for (const collection of messages) if (await hasRecords(db.collection(collection))) return 'has messages';
  for (const { collection } of values)
    for (const { filter } of manifestsOf(state)) {
      const found = await db
        .collection<StoredValue>(collection)
        .findOne({ ...filter, $or: HAS_CONTENT }, { projection: { _id: 1 } });
      if (found) return 'has history';
    }
  return undefined;
}

/** Matches values of deleted keys that are not empty: they keep former members, or their last content. */
const HAS_CONTENT = [{ form: 'members' }, { goneAt: { $exists: true } }].flatMap((each) => [
  each,
  pathsIn(true, each),
]);

/**
 * Filters for the key's value documents: in the fleet's own shape, and in the shape `document` under each
 * former `_id`.
 */
function manifestsOf(state: KeyState) {
  const { key, documentId } = state;
  const ids = [documentId, ...earlierPlacesOf(state).map((each) => each.documentId)].map((id) =>
    documentIdOf({ key, ...(id ? { documentId: id } : {}) }),
  );
  return [
    { isShaped: false, filter: { _id: key, ...IS_OURS } },
    { isShaped: true, filter: { _id: { $in: [key, ...ids] }, [pathIn(true, 'key')]: key } },
  ];
}

/**
 * Raises the incarnation of the key's document to the highest one that has messages or dead letters. Theirs can be
 * higher if `keys` was restored from an older backup. A worker that has begun the document's next incarnation can no
 * longer save it.
 * @returns the state that it has then; the same state if the document has changed meanwhile.
 */
async function withAllIncarnations(
  db: Db,
  state: KeyState,
  { messages }: DocumentCollections,
): Promise<KeyState> {
  const { key, revision } = state;
  const incarnation = await newestIncarnation(db, state, messages);
  if (incarnation === state.incarnation) return state;
  const next = { incarnation, revision: revision + 1 };
  const { matchedCount } = await keysIn(db).updateOne(
    { _id: key, revision, status: 'deleted' },
    { $set: { ...next, savedBy: 'forget' } },
  );
  return matchedCount === 1 ? { ...state, ...next } : state;
}

/**
 * Removes the messages and dead letters of the incarnations that have ended. If the key has come back
 * meanwhile, those of its next incarnation stay: its position is behind them.
 */
async function removeRecords(db: Db, state: KeyState, { messages }: DocumentCollections): Promise<void> {
  const { key, incarnation } = state;
  const ended = { ...messageIdBounds(key), $lt: messageIdBounds(key, incarnation).$lt };
  const pagesIn = (records: Collection<Stored>) => recordsOfStream(records, ended, state, 'owner');
  for (const name of messages) {
    const collection = db.collection<Stored>(name);
    for await (const page of pagesIn(collection)) await deleteByIds(collection, idsOf(page));
  }
  for await (const page of pagesIn(lettersIn(db))) await removeLetters(db, idsOf(page));
}

function idsOf(page: readonly Stored[]): readonly string[] {
  return page.map(({ _id }) => _id);
}

async function removeValues(
  db: Db,
  state: KeyState,
  { values }: DocumentCollections,
  withData: boolean,
): Promise<void> {
  const { key, revision } = state;
  for (const { collection, memberCollection } of values) {
    const manifests = db.collection<StoredValue>(collection);
    for (const { filter, isShaped } of manifestsOf(state)) {
      const ended = pathsIn(isShaped, { active: false, revision: { $lte: revision } });
      const gone: Filter<StoredValue> = { ...filter, ...ended };
      // A key can have one per `_id` that its rules gave it.
      for (const found of await manifests.find(gone, { projection: MANIFEST_PROJECTION }).toArray()) {
        // Elements are found through the manifest, so they are removed first. Elements of an incarnation that
        // has begun meanwhile have a later attempt, and stay.
        await removeElements(db, { memberCollection }, key, parseManifest(found).attempts, isShaped);
        await manifests.deleteOne({ ...gone, _id: found._id });
      }
    }
  }
  if (withData) await db.collection('value_fingerprints').deleteMany({ key });
}
