export { isRedisForHere, type RedisName } from './choose-redis.js';
export { freePort } from './free-port.js';
export { type FreshNamespace, freshNamespace } from './fresh-namespace.js';
export { type LocalStack, startLocalStack } from './local-stack.js';
export { LocalStackError } from './local-stack-error.js';
export { type MongoServer, startMongo } from './mongo-server.js';
export { redisForTls } from './redis-for-tls.js';
export { type RedisOptions, type RedisServer, startRedis } from './redis-server.js';
export { startSocketPairs } from './socket-pairs.js';
export { type ProxyMode, startTcpProxy, type TcpProxy } from './tcp-proxy.js';
export {
  chromiumPath,
  kustomizePath,
  nginxPath,
  type PrometheusPaths,
  prometheusPaths,
} from './tool-paths.js';
