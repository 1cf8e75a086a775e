import { sameServer } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import type { DirectReader } from './streams/direct/direct-reader.js';

/** As sameServer of redis-connection, for both connections that read streams. */
export function sameServers(redis: Redis, direct: DirectReader | undefined): () => Promise<void> {
  const all = [sameServer(redis), direct?.sameServer()];
  return async () => {
    await Promise.all(all.map((confirm) => confirm?.()));
  };
}
