export { type DiscoverOptions, discover, type FoundKey, stillThere } from './discover.js';
export { redisError } from './redis-error.js';
export { redisSource } from './redis-source.js';
export { KEY_TYPE_ENTRIES, type KeyTypeEntry, type SyncerOptions } from './registry.js';
export { type TrimOptions, type TrimReport, trimStream } from './trim-stream.js';
export type { ValueOptions } from './values/value-options.js';
