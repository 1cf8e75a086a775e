export { groupBySlot, isCluster, masterOf, mastersOf, pipelined } from './cluster.js';
export { type ClientOptions, connectRedis, FOR_BLOCKING } from './connect-redis.js';
export type { HostAndPort, RedisAddress } from './redis-address.js';
