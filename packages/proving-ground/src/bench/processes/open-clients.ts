import { Redis } from 'ioredis';
import { openMongo } from '../../program/open-redis.js';
import { openParent } from './parent.js';

/**
 * Opens the channel to the parent, and clients of the servers, for a program in this folder.
 * @param name the program's application name in MongoDB.
 */
export function openClients(name: string, options: { readonly protocol?: 2 | 3 } = {}) {
  const parent = openParent();
  const { config } = parent;
  const redis = new Redis(config.text('redisUrl'), options);
  const mongo = openMongo(config.text('mongoUri'), config.text('dbName'), name);
  /** Reports that the program is ready, once both servers answer. */
  const ready = async () => {
    await mongo.db.command({ ping: 1 });
    await redis.ping();
    parent.send({ ready: true });
  };
  return { parent, config, redis, mongo, ready };
}
