import {
  headOf,
  incarnationOfId,
  type KeyState,
  keyOfMessageId,
  messageIdBounds,
  pagesOf,
} from '@redis-to-mongo/pipeline';
import { BSON, type Collection, type Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { lettersIn, type Stored } from '../database/stored.js';
import { pathsIn } from '../values/value-place.js';

const PAGE = 1000;

/** The fields that tell whose record it is. */
const OWNER = { stream: 1, type: 1 };
const OWNER_ONLY = { ...OWNER, ...pathsIn(true, OWNER) };

/**
 * Reads the messages or dead letters of one stream in a range of `_id`, in order, page by page. Records of a
 * key named like this one plus `@…` are in the same range and left out here. The query does not ask: servers
 * that resemble MongoDB read the whole collection for a range beside an `$or`.
 * @param only `owner`: reads no other fields than `_id`, `stream` and `type`.
 * @throws what the driver throws.
 */
export async function* recordsOfStream(
  records: Collection<Stored>,
  { $gt, $lt }: { readonly $gt: string; readonly $lt: string },
  { stream, type }: Pick<KeyState, 'stream' | 'type'>,
  only?: 'owner',
): AsyncGenerator<readonly Stored[]> {
  const isOwn = (stored: Stored) => {
    const owner = headOf(stored);
    return owner.stream === stream && owner.type === type;
  };
  for (let after = $gt; ; ) {
    const range = { _id: { $gt: after, $lt } };
    const found = records.find(range, {
      ...{ sort: { _id: 1 }, limit: PAGE },
      ...(only ? { projection: OWNER_ONLY } : {}),
    });
    const page = await firstPage(found);
    const last = page.at(-1);
    if (!last) return;
    const own = page.filter(isOwn);
    if (own.length > 0) yield own;
    after = isOwn(last) ? last._id : endOfKey(last._id);
  }
}

/**
 * The stream's newest incarnation that has messages in these collections or dead letters, if it is newer than
 * the state's; otherwise the state's.
 * @throws SyncError as mongoError.
 */
export async function newestIncarnation(
  db: Db,
  { key, incarnation, stream, type }: KeyState,
  messageCollections: readonly string[],
): Promise<number> {
  const $gt = messageIdBounds(key, incarnation).$lt;
  const newestIn = async (records: Collection<Stored>): Promise<number> => {
    for (let { $lt } = messageIdBounds(key); ; ) {
      const last = await records.findOne(
        { _id: { $gt, $lt } },
        { projection: OWNER_ONLY, sort: { _id: -1 } },
      );
      if (!last) return incarnation;
      const owner = headOf(last);
      if (owner.stream === stream && owner.type === type) return incarnationOfId(last._id);
      const other = keyOfMessageId(last._id);
      $lt = other === undefined || other === key ? last._id : messageIdBounds(other).$gt;
    }
  };
  const places = [...messageCollections.map((name) => db.collection<Stored>(name)), lettersIn(db)];
  return Math.max(...(await connected(db, () => Promise.all(places.map(newestIn)))));
}

/** The end of all records of the key that a record belongs to. */
function endOfKey(id: string): string {
  const key = keyOfMessageId(id);
  return key === undefined ? id : `${key}@u`;
}

async function firstPage(found: AsyncIterable<Stored>): Promise<readonly Stored[]> {
  for await (const page of pagesOf(found, PAGE, BSON.calculateObjectSize)) return page;
  return [];
}
