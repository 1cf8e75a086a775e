import { scanKeys } from '@redis-to-mongo/redis-source';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { type KeyRecord, readKeyRecords } from './key-record.js';

/** The entries of one life of a stream, in stream order, with their fingerprints (contentDigest). */
export type PastLife = Iterable<{ readonly id: string; readonly digest: number }>;

/** All lives of each stream, the oldest first; the last one is the current one. */
export type History = ReadonlyMap<string, readonly PastLife[]>;

export interface KeyToVerify {
  readonly key: string;
  /** `undefined` for a key that is not there, or is of another type now. */
  readonly inRedis: 'stream' | 'set' | undefined;
  readonly record: KeyRecord | undefined;
  readonly history: readonly PastLife[] | undefined;
}

/** The streams and sets that Redis holds, MongoDB knows of, or the history names. */
export async function findKeys(
  redis: Redis,
  db: Db,
  wanted: (keyId: string) => boolean,
  history: History | undefined,
): Promise<KeyToVerify[]> {
  const types = new Map<string, 'stream' | 'set'>();
  for await (const found of scanKeys(redis, wanted))
    for (const { key, type } of found) if (type === 'stream' || type === 'set') types.set(key, type);
  const records = new Map<string, KeyRecord>();
  for await (const record of readKeyRecords(db)) {
    const { key, keyType, typeChanged } = record;
    if (wanted(key) && (keyType === 'stream' || keyType === 'set' || typeChanged)) records.set(key, record);
  }
  const names = new Set([...types.keys(), ...records.keys(), ...(history?.keys() ?? [])]);
  return [...names]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => ({
      key,
      inRedis: types.get(key),
      record: records.get(key),
      history: history?.get(key),
    }));
}
