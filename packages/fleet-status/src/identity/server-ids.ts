import { type connectRedis, mastersOf } from '@redis-to-mongo/redis-connection';

/**
 * What a source's servers are known by beside their names: each run has an id of its own, and a primary and its replicas
 * share the id of what they replicate, the one before a failover among them. None where the user may not ask.
 * @throws what ioredis throws, when it does not answer.
 */
export async function serverIds(source: ReturnType<typeof connectRedis>): Promise<readonly string[]> {
  await source.ping();
  const infos = await Promise.all(
    mastersOf(source).map((server) =>
      server.info().catch((error: unknown) => {
        if (error instanceof Error && /^(NOPERM|ERR)/.test(error.message)) return '';
        throw error;
      }),
    ),
  );
  return infos.flatMap((info) =>
    ['run_id', 'master_replid', 'master_replid2'].flatMap((field) => {
      const id = new RegExp(`^${field}:([0-9a-f]+)\\r?$`, 'm').exec(info)?.[1];
      return id === undefined || /^0+$/.test(id) ? [] : [id];
    }),
  );
}
