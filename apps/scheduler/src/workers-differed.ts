import type { FleetProcess } from '@redis-to-mongo/job-queue';

/** What decides which data a worker finds for a requested key. */
export interface WorkBasis {
  /** The servers that the process reads. */
  readonly servers: readonly string[];
  /** As in a heartbeat. */
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Until when a worker has read other servers than the scheduler does, or has had other KEY_TYPES, in ms since
 * 1970; 0 if never. After a failover, each connection moves to the new primary at its own time; during a rolling
 * update, each process has its KEY_TYPES until it ends. So a requested key may have been read from the former primary,
 * without the change, or ignored as one of a type that is not mirrored. Only a sweep that begins later can find it.
 * @param own the scheduler's.
 * @param now by the clock of the queue's Redis.
 */
export function workersDifferedUntil(
  processes: readonly FleetProcess[],
  own: WorkBasis,
  now: number,
): number {
  const times = processes.flatMap((process) => {
    if (process.app !== 'worker') return [];
    const { is, source, silentMs } = process;
    if (is !== 'alive' && differs(process, own)) return [now - silentMs];
    return source?.movedMs === undefined ? [] : [now - silentMs - source.movedMs];
  });
  return Math.max(0, ...times);
}

/** Processes of earlier versions do not report everything. What is not known does not differ. */
function differs({ source, options }: FleetProcess, own: WorkBasis): boolean {
  const isElsewhere =
    own.servers.length > 0 && (source?.servers ?? []).some((server) => !own.servers.includes(server));
  const types = options?.KEY_TYPES;
  return isElsewhere || (types !== undefined && types !== own.options.KEY_TYPES);
}
