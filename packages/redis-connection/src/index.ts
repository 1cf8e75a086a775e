export { groupBySlot, isCluster, masterOf, mastersOf, pipelined } from './cluster.js';
export { type ClientOptions, connectRedis, FOR_BLOCKING } from './connect-redis.js';

export { RawConnection, RawConnectionLost, type RawConnectionOptions } from './raw-connection.js';
export { RawReplies, type RawReply } from './raw-replies.js';
export { RawText } from './raw-text.js';
export type { HostAndPort, RedisAddress } from './redis-address.js';
export { redisError } from './redis-error.js';
export { isCommandRefused, isKeyRefused } from './refused.js';
export { confirmServer } from './server-guard.js';
export { writeTogether } from './write-together.js';
