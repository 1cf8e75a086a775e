export { type ClientOptions, connectRedis, FOR_BLOCKING, type RedisAddress } from './connect-redis.js';
