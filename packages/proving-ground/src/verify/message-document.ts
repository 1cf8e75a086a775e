import { isEntryId, messageId } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';

/** What anybody may have put into `stream_messages`. */
interface AnyDocument {
  readonly _id: unknown;
  readonly stream?: unknown;
  readonly type?: unknown;
  readonly entryId?: unknown;
  readonly at?: unknown;
  readonly content?: unknown;
}

/** A document under an id that its entry can have. */
export interface MessageDocument extends AnyDocument {
  readonly _id: string;
  readonly entryId: string;
}

/** All documents of `stream_messages`, in the order of `_id`. A real mongod streams them from the index of `_id`. */
export async function* readMessages(db: Db): AsyncGenerator<AnyDocument> {
  // allowDiskUse: for a server that sorts what its index holds in order already.
  yield* db
    .collection<AnyDocument>('stream_messages')
    .find({}, { batchSize: 1000 })
    .sort({ _id: 1 })
    .allowDiskUse(true);
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
