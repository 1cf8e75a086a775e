export { type ClientOptions, connectRedis, type RedisAddress } from './connect-redis.js';
