export { type DiscoverOptions, discover, type FoundKey, stillThere } from './discover.js';
export { redisError } from './redis-error.js';
export { redisSource } from './redis-source.js';
export { type TrimOptions, type TrimReport, trimStream } from './trim-stream.js';
export { SYNCERS, type SyncerOptions } from './registry.js';
