import type { KeyType, Syncer } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { hashGuarantee, hashSyncer } from './types/hash.js';
import { jsonGuarantee, jsonSyncer } from './types/json.js';
import { listGuarantee, listSyncer } from './types/list.js';
import { setGuarantee, setSyncer } from './types/set.js';
import { type StreamOptions, streamGuarantee, streamSyncer } from './types/stream.js';
import { stringGuarantee, stringSyncer } from './types/string.js';
import { zsetGuarantee, zsetSyncer } from './types/zset.js';
import type { ValueOptions } from './values/value-options.js';

export type SyncerOptions = StreamOptions & ValueOptions;

/** How a key type is read, and what that promises: printed into docs/key-types.md. */
export interface KeyTypeEntry {
  readonly open: (redis: Redis, options: SyncerOptions) => Syncer;
  /** Markdown. */
  readonly guarantee: string;
}

/** One line per key type. */
export const KEY_TYPE_ENTRIES: Readonly<Record<KeyType, KeyTypeEntry>> = {
  stream: { open: streamSyncer, guarantee: streamGuarantee },
  set: { open: setSyncer, guarantee: setGuarantee },
  zset: { open: zsetSyncer, guarantee: zsetGuarantee },
  hash: { open: hashSyncer, guarantee: hashGuarantee },
  list: { open: listSyncer, guarantee: listGuarantee },
  string: { open: stringSyncer, guarantee: stringGuarantee },
  json: { open: jsonSyncer, guarantee: jsonGuarantee },
};
