export { lastTrouble } from './attach-causes.js';
export {
  groupBySlot,
  isCluster,
  isRedirected,
  knownMasters,
  masterOf,
  mastersOf,
  pipelined,
  slotsAtRest,
} from './cluster.js';
export { connectPush } from './connect-push.js';
export { type ClientOptions, connectRedis, FOR_BLOCKING } from './connect-redis.js';
export type { RedisRole } from './option-names.js';
export { RawConnection, RawConnectionLost } from './raw-connection.js';
export { RawReplies, type RawReply } from './raw-replies.js';
export { RawText } from './raw-text.js';
export { addressOfUrl, type HostAndPort, type RedisAddress } from './redis-address.js';
export { redisError, serverError, throwRedisError } from './redis-error.js';
export { isCommandRefused, isKeyRefused, refusalOf } from './refused.js';
export { confirmServer, sameServer } from './server-guard.js';
export { type ReachedServers, ServersReached } from './servers-reached.js';
export { writeTogether } from './write-together.js';
