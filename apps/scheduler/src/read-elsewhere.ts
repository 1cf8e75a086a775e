import type { FleetProcess } from '@redis-to-mongo/job-queue';

/**
 * Until when a worker has read other servers than the scheduler does, in ms since 1970; 0 if never. After a
 * failover, each connection moves to the new primary at its own time. A requested key may have been read from
 * the former primary, without the change. Only a sweep that begins later can find it.
 * @param servers the servers that the scheduler reads.
 * @param now by the clock of the queue's Redis.
 */
export function readElsewhereUntil(
  processes: readonly FleetProcess[],
  servers: readonly string[],
  now: number,
): number {
  const times = processes.flatMap(({ app, is, source, silentMs }) => {
    if (app !== 'worker' || !source) return [];
    const isElsewhere = servers.length > 0 && source.servers.some((server) => !servers.includes(server));
    if (isElsewhere && is !== 'alive') return [now - silentMs];
    return source.movedMs === undefined ? [] : [now - silentMs - source.movedMs];
  });
  return Math.max(0, ...times);
}
