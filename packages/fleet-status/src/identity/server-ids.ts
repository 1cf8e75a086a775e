import { type connectRedis, mastersOf } from '@redis-to-mongo/redis-connection';

/**
 * Ids that identify a source's servers regardless of their names: run ids, and replication ids. A primary and
 * its replicas share a replication id, and also the one from before a failover. Empty if the user may not run
 * the command.
 * @throws what ioredis throws if the source does not answer.
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
