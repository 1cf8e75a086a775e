import { isEntryId, messageId, STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';

/** What anybody may have put into a collection of messages. */
interface AnyDocument {
  readonly _id: unknown;
  readonly stream?: unknown;
  readonly type?: unknown;
  readonly entryId?: unknown;
  readonly at?: unknown;
  readonly content?: unknown;
  readonly mapped?: unknown;
}

/** A document under an id that its entry can have. */
export interface MessageDocument extends AnyDocument {
  readonly _id: string;
  readonly entryId: string;
}

/**
 * All messages, of one collection after the other, each in the order of `_id`: `stream_messages`, and those that keys have
 * or had by a rule. A real mongod streams them from the index of `_id`.
 */
export async function* readMessages(db: Db): AsyncGenerator<AnyDocument> {
  for (const collection of [STREAM_MESSAGES, ...(await namedCollections(db))]) {
    // By a rule a collection may hold values instead.
    const filter = collection === STREAM_MESSAGES ? {} : { entryId: { $exists: true } };
    // allowDiskUse: for a server that sorts what its index holds in order already.
    yield* db
      .collection<AnyDocument>(collection)
      .find(filter, { batchSize: 1000 })
      .sort({ _id: 1 })
      .allowDiskUse(true);
  }
}

/** The collections that keys have or had by a rule. */
async function namedCollections(db: Db): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  const keys = db
    .collection('keys')
    .find({ 'activity.collection': { $exists: true } }, { projection: { activity: 1 } });
  for await (const { activity } of keys)
    for (const period of Array.isArray(activity) ? activity : [])
      if (typeof period?.collection === 'string') named.add(period.collection);
  return named;
}

/** What the ids of the document's life begin with, if its id has the form of one. */
export function prefixOf({ _id }: AnyDocument): string | undefined {
  if (typeof _id !== 'string') return undefined;
  const colon = _id.indexOf(':', _id.lastIndexOf('@'));
  return _id.includes('@') && colon > 0 ? _id.slice(0, colon + 1) : undefined;
}

/** Whether the document's id is the one that its entry has in the life with this prefix. */
export function isMessage(document: AnyDocument, prefix: string): document is MessageDocument {
  const { _id, entryId } = document;
  return isEntryId(entryId) && _id === messageId(prefix, entryId);
}
