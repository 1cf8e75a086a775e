import { activeKeys } from '@redis-to-mongo/mongo-sink';
import { discover, type FoundKey } from '@redis-to-mongo/redis-source';
import type { Fleet } from './fleet.js';

type RedisClient = Parameters<typeof discover>[0];

/** Stands for the type of every key, so that none is asked for. */
const NOT_ASKED = { get: () => ({ unknown: '' }) };

/** The keys that Redis holds, with their types, each once, sorted by name. Memory grows with their number. */
export async function keysInRedis(
  redis: RedisClient,
  wanted: (key: string) => boolean,
): Promise<ReadonlyMap<string, FoundKey['type']>> {
  const types = new Map<string, FoundKey['type']>();
  for await (const found of discover(redis, { wanted, known: types }))
    for (const { key, type } of found) types.set(key, type);
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names of the keys that Redis holds. Memory grows with their number. */
export async function namesInRedis(
  redis: RedisClient,
  wanted: (key: string) => boolean,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const found of discover(redis, { wanted, known: NOT_ASKED }))
    for (const { key } of found) names.add(key);
  return names;
}

/** The names of the keys that MongoDB takes for living. */
export async function keysInMongo(
  db: Fleet['db'],
  wanted: (key: string) => boolean,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { key } of activeKeys(db)) if (wanted(key)) names.add(key);
  return names;
}
