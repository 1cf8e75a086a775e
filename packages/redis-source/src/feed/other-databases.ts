import type { Redis } from 'ioredis';

/**
 * Whether other databases of the server have keys. The change feed also reports changes of these keys, by
 * name and without the database number. False on a cluster, which has one database, and if the server does
 * not say.
 */
export async function otherDatabasesHaveKeys(redis: Redis): Promise<boolean> {
  const ours = redis.options.db ?? 0;
  const keyspace = await redis.info('keyspace').catch(() => '');
  return [...keyspace.matchAll(/^db(\d+):keys=/gm)].some(([, db]) => Number(db) !== ours);
}
