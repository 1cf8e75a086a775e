import { isValueType, KEY_TYPES, keyTypeOf, valueType } from '@redis-to-mongo/key-types';
import {
  canonicalKeyId,
  isTooLongKeyId,
  type KeyType,
  keyBytes,
  membersOf,
  NAME_TOO_LONG,
  type Source,
  type Syncer,
} from '@redis-to-mongo/pipeline';
import { throwRedisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { sameServers } from './same-servers.js';
import { type StreamOptions, streamSyncer } from './streams/stream-syncer.js';
import { SmallReader } from './values/small-reader.js';
import type { ValueOptions } from './values/value-options.js';
import { type ValueSyncer, valueSyncer } from './values/value-syncer.js';

/** The options of all syncers. */
export type SyncerOptions = StreamOptions & ValueOptions;

/** A source whose options can change while it is in use. */
export interface RedisSource extends Source {
  /** Changes the options for reads of streams that begin later. */
  configure(next: Pick<SyncerOptions, 'readEntries' | 'readBytes'>): void;
}

/** The source of the line: a Redis, and the syncers of the chosen key types. */
export function redisSource(redis: Redis, types: readonly KeyType[], given: SyncerOptions): RedisSource {
  const options = { ...given };
  const all = new Map<KeyType, Syncer>();
  for (const type of KEY_TYPES)
    all.set(
      type,
      isValueType(type) ? valueSyncer(valueType(type), redis, options) : streamSyncer(redis, options),
    );
  const syncers = new Map([...all].filter(([type]) => types.includes(type)));
  const small = new SmallReader(redis, [...syncers.values()].filter(isValueSyncer));
  return {
    async typeOf(key) {
      // Only the canonical key id is accepted: another spelling of it would mirror the key twice.
      if (canonicalKeyId(key) !== key) return undefined;
      if (isTooLongKeyId(key)) return NAME_TOO_LONG;
      const answer = await redis.type(keyBytes(key)).catch(throwRedisError());
      return keyTypeOf(answer);
    },
    sameServer: () => sameServers(redis, options.direct),
    syncer: (keyType) => syncers.get(keyType),
    syncers: () => syncers.values(),
    retire: (state) => all.get(state.keyType)?.retire(state) ?? [],
    configure: (next) => void Object.assign(options, next),
    readSmall: (keys, budget) => small.read(keys, budget),
  };
}

function isValueSyncer(syncer: Syncer): syncer is ValueSyncer {
  return 'small' in membersOf(syncer);
}
