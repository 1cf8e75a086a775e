import { isKeyType } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';

/** What the comparison needs of a key's document in `keys`. */
export interface KeyRecord {
  readonly key: string;
  readonly keyType: KeyType | undefined;
  readonly status: string;
  readonly incarnation: number;
  readonly lag: number;
  readonly counts: {
    readonly seen: number;
    readonly written: number;
    readonly alreadyThere: number;
    readonly dead: number;
    readonly gap: number;
  };
  /** It was of another type in an earlier life. */
  readonly typeChanged: boolean;
  /** The code of the last error, if there is one. */
  readonly errorCode: string | undefined;
}

type KeyDocument = { _id: string } & Document;

const FIELDS = {
  keyType: 1,
  status: 1,
  incarnation: 1,
  lag: 1,
  counts: 1,
  activity: 1,
  'lastError.code': 1,
} as const;

/** All keys that MongoDB knows of, a page at a time. */
export async function* readKeyRecords(db: Db): AsyncGenerator<KeyRecord> {
  const cursor = db.collection<KeyDocument>('keys').find({}, { projection: FIELDS, batchSize: 1000 });
  for await (const document of cursor) yield toRecord(document);
}

/** One key, or `undefined` when MongoDB does not know of it. */
export async function readKeyRecord(db: Db, key: string): Promise<KeyRecord | undefined> {
  const document = await db.collection<KeyDocument>('keys').findOne({ _id: key }, { projection: FIELDS });
  return document ? toRecord(document) : undefined;
}

function toRecord({
  _id,
  keyType,
  status,
  incarnation,
  lag,
  counts,
  activity,
  lastError,
}: KeyDocument): KeyRecord {
  const count = (name: string) => Number(counts?.[name] ?? 0);
  return {
    key: String(_id),
    keyType: isKeyType(keyType) ? keyType : undefined,
    status: String(status),
    incarnation: Number(incarnation),
    lag: Number(lag ?? 0),
    counts: {
      seen: count('seen'),
      written: count('written'),
      alreadyThere: count('alreadyThere'),
      dead: count('dead'),
      gap: count('gap'),
    },
    typeChanged: Array.isArray(activity) && activity.some((period) => period?.end === 'type changed'),
    errorCode: lastError ? String(lastError.code) : undefined,
  };
}
