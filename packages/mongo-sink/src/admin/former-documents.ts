import { isValueType } from '@redis-to-mongo/key-types';
import {
  BEFORE_FIRST,
  type DocumentMessages,
  earlierPlacesOf,
  isSamePlace,
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
  plainMessage,
  type RuleSpec,
  STREAM_MESSAGES,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { deleteByIds, findByIds } from '../commands/by-ids.js';
import { connected, ensureConnected } from '../connection/ensure-connected.js';
import { collectionsOf } from '../database/collection-of.js';
import type { Stored } from '../database/stored.js';
import { mongoError } from '../errors/mongo-error.js';
import { readKey } from '../keys/find-keys.js';
import { recordsOfStream } from '../messages/records-of-stream.js';
import { removeElements } from '../values/remove-elements.js';
import { IS_OURS, MANIFEST_PROJECTION, parseManifest } from '../values/value-manifest.js';
import { documentIdOf, pathIn, pathsIn, type StoredValue } from '../values/value-place.js';

/** A message in the fleet's own shape, and where it is. */
export interface FoundMessage {
  readonly collection: string;
  readonly message: Readonly<Record<string, unknown>> & { readonly _id: string };
}

/**
 * Reads all messages of a stream page by page: all incarnations, from all collections.
 * @param rules whose collections are searched, besides the collections that the key has used.
 * @throws SyncError as mongoError.
 */
export async function* messagePages(
  db: Db,
  state: KeyState,
  rules: readonly RuleSpec[],
): AsyncGenerator<readonly FoundMessage[]> {
  try {
    await ensureConnected(db);
    // The present collection is read first, so messages that move there meanwhile are not read twice.
    for (const collection of messageCollections(state, rules)) {
      const messages = recordsOfStream(db.collection(collection), messageIdBounds(state.key), state);
      for await (const page of messages)
        yield page.map((stored) => ({ collection, message: { ...plainMessage(stored), _id: stored._id } }));
    }
  } catch (error) {
    throw mongoError(error);
  }
}

/**
 * The collections that messages of a stream may be in, the present one first.
 * @param rules whose collections are included, besides the collections that the key has used.
 */
export function messageCollections(state: KeyState, rules: readonly RuleSpec[]): ReadonlySet<string> {
  const ofRules = rules.flatMap((rule) => (rule.types?.includes('stream') ? (rule.collection ?? []) : []));
  const ofKey = earlierPlacesOf(state).flatMap(({ collection }) => collection ?? []);
  return new Set([messageCollectionOf(state), STREAM_MESSAGES, ...ofKey, ...ofRules]);
}

/**
 * Removes documents that an overtaken run wrote to a key's former place: the run began before the key's
 * migration and wrote after it.
 * @param before the last saved state of that run.
 * @throws SyncError as mongoError.
 */
export async function leaveFormerPlace(db: Db, before: KeyState): Promise<void> {
  const now = await readKey(db, before.key);
  if (!now || now.incarnation !== before.incarnation || now.keyType !== before.keyType) return;
  if (now.keyType === 'stream') await removeStrays(db, before, now);
  // A migration that has not ended needs the former value until the other one is written.
  else if (!isSamePlace(before, now) && !now.formerPlaces?.length)
    await removeFormerValue(db, before, now.revision);
}

/** Removes messages that the present collection also has, or will have: those after the key's position. */
async function removeStrays(db: Db, before: KeyState, now: KeyState): Promise<void> {
  const { key, incarnation } = before;
  const [from, to] = [before, now].map(messageCollectionOf);
  if (from === undefined || to === undefined || from === to) return;
  const prefix = messageIdPrefix(key, incarnation);
  const idAt = ({ position }: KeyState) => messageId(prefix, String(position?.entryId ?? BEFORE_FIRST));
  const last = idAt(now);
  const isMigrated = !now.formerPlaces?.length;
  const bounds = { ...messageIdBounds(key, incarnation), $gt: idAt(before) };
  await connected(db, async () => {
    const former = db.collection<Stored>(from);
    for await (const found of recordsOfStream(former, bounds, before, 'owner')) {
      const ids = found.map(({ _id }) => _id);
      const moved = await findByIds(db.collection<Stored>(to), ids, { _id: 1 });
      const isThere = new Set(moved.map(({ _id }) => _id));
      await deleteByIds(
        former,
        ids.filter((id) => isThere.has(id) || (isMigrated && id > last)),
      );
    }
  });
}

/**
 * Removes messages from their former collection if the present one is another.
 * @throws SyncError as mongoError.
 */
export async function removeFormerMessages(
  db: Db,
  former: string,
  state: KeyState,
  { documents }: DocumentMessages,
): Promise<void> {
  if (former === messageCollectionOf(state)) return;
  await connected(db, async () => {
    await deleteByIds(
      db.collection<Stored>(former),
      documents.map(({ _id }) => _id),
    );
  });
}

/**
 * Removes a value's document and its members from the value's former place. A document newer than `revision`
 * stays.
 * @throws SyncError as mongoError.
 */
export async function removeFormerValue(db: Db, former: KeyState, revision: number): Promise<void> {
  if (!isValueType(former.keyType)) return;
  const { key } = former;
  const { collection, memberCollection } = collectionsOf(former.keyType, former);
  await connected(db, async () => {
    const manifests = db.collection<StoredValue>(collection);
    for (const isShaped of [false, true]) {
      const own = isShaped
        ? { _id: documentIdOf(former), [pathIn(true, 'key')]: key }
        : { _id: key, ...IS_OURS };
      const which = { ...own, ...pathsIn(isShaped, { revision: { $lte: revision } }) };
      const found = await manifests.findOne(which, { projection: MANIFEST_PROJECTION });
      if (!found) continue;
      const { form, attempts } = parseManifest(found);
      await manifests.deleteOne(which);
      if (form === 'members') await removeElements(db, { memberCollection }, key, attempts, isShaped);
    }
  });
}
