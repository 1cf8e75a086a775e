import type { KeyType, Syncer } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { setSyncer } from './types/set.js';
import { type StreamOptions, streamSyncer } from './types/stream.js';

export type SyncerOptions = StreamOptions;

/** One line per key type. */
export const SYNCERS: Partial<Record<KeyType, (redis: Redis, options: SyncerOptions) => Syncer>> = {
  stream: streamSyncer,
  set: setSyncer,
};
