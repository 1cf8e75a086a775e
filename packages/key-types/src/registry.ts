import type { KeyType } from '@redis-to-mongo/pipeline';
import type { KeyTypeEntry } from './contract/key-type-entry.js';
import type { ValueType } from './contract/value-type.js';
import { HASH } from './hash.js';
import { JSON_TYPE } from './json.js';
import { LIST } from './list.js';
import { SET } from './set.js';
import { STREAM } from './stream.js';
import { STRING } from './string.js';
import { TIMESERIES } from './timeseries.js';
import { VECTORSET } from './vectorset.js';
import { ZSET } from './zset.js';

/** The types of values that are mirrored: one line each, in the order in which they are listed everywhere. */
export const VALUE_TYPES: readonly ValueType[] = [
  SET, //
  ZSET,
  HASH,
  LIST,
  STRING,
  JSON_TYPE,
  VECTORSET,
  TIMESERIES,
];

/** All types that the fleet mirrors. */
export const KEY_TYPE_ENTRIES: readonly KeyTypeEntry[] = [STREAM, ...VALUE_TYPES];

/**
 * Keys of this type that belong to a stream are its metadata: they are queried by the stream, and a rule can
 * show them with it.
 */
export const METADATA_TYPE = SET;

/** The names used in options, jobs, metrics and documents. */
export const KEY_TYPES: readonly KeyType[] = KEY_TYPE_ENTRIES.map(({ names }) => names.keyType);
