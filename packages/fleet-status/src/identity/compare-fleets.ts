import type { FleetMark, StoredMark, UnreadableMark } from './fleet-mark.js';
import { describeSource, isLoopback, isSameName, type SourceName } from './source-name.js';

/** The stored marks, and the configuration of this process. */
export interface Marks {
  readonly ours: Omit<FleetMark, 'id'>;
  readonly queue: StoredMark;
  readonly target: StoredMark;
  /** An active scheduler confirms the queue's mark, and so the target's, every few seconds. */
  readonly isKept: boolean;
  /**
   * An active scheduler has counted in the target within the last seconds, but this queue has no active
   * scheduler.
   */
  readonly isForeign: boolean;
}

/**
 * - `same`: continue; `id` is the fleet's id, or `undefined` at its first start.
 * - `unsure`: wait. The active scheduler would have reported a mismatch by now, or will in a moment.
 * - `other`: queue or target belong to another fleet; `what` says which, and to which fleet.
 */
export type Comparison =
  | { readonly is: 'same'; readonly id: string | undefined }
  | { readonly is: 'unsure' | 'other'; readonly what: string; readonly options: readonly string[] };

/** Decides whether queue and target belong to this configuration. */
export function compareFleets({ ours, queue, target, isKept, isForeign }: Marks): Comparison {
  if (typeof queue === 'string') return unreadable('this queue', queue, 'QUEUE_PREFIX');
  if (typeof target === 'string')
    return unreadable(`the database ${ours.target.db}`, target, 'MONGO_DB_NAME');
  if (!queue) {
    if (!target) return { is: 'same', id: undefined };
    // The queue was emptied, or is new.
    if (!isSameSource(target, ours)) return otherSource('target', target, ours);
    return isForeign ? otherQueue(ours) : { is: 'same', id: target.id };
  }
  if (!isSameSource(queue, ours)) return otherSource('queue', queue, ours);
  if (isKept && isLoopback(ours.source) && areOtherServers(queue, ours)) return otherServers(ours);
  if (target && target.id !== queue.id) return otherTarget(queue, ours, target);
  if (target) return isForeign ? otherQueue(ours) : { is: 'same', id: queue.id };
  // The target has no mark: it was dropped, or it is another target.
  if (!isSameTarget(queue, ours)) return otherTarget(queue, ours);
  return isKept ? { ...otherTarget(queue, ours), is: 'unsure' } : { is: 'same', id: queue.id };
}

function unreadable(where: string, mark: UnreadableMark, option: string) {
  return {
    is: 'other' as const,
    what:
      mark === 'newer'
        ? `${where} belongs to a newer version of redis-to-mongo: start that version`
        : `the mark of ${where} is damaged, so it is not known which fleet it belongs to`,
    options: [option],
  };
}

/**
 * Compares the names of the sources, then the ids of their servers: the same servers under another name are
 * the same source.
 */
function isSameSource(mark: Pick<FleetMark, 'source' | 'servers'>, ours: Omit<FleetMark, 'id'>): boolean {
  if (mark.source.db !== ours.source.db) return false;
  return isSameName(mark.source, ours.source) || !haveNothingInCommon(mark.servers, ours.servers);
}

function areOtherServers(mark: FleetMark, ours: Omit<FleetMark, 'id'>): boolean {
  return (
    mark.servers.length > 0 && ours.servers.length > 0 && haveNothingInCommon(mark.servers, ours.servers)
  );
}

function haveNothingInCommon(a: readonly string[], b: readonly string[]): boolean {
  return !a.some((id) => b.includes(id));
}

export function isSameTarget(mark: FleetMark, { target }: Pick<FleetMark, 'target'>): boolean {
  return mark.target.db === target.db && !haveNothingInCommon(mark.target.hosts, target.hosts);
}

function otherSource(
  where: 'queue' | 'target',
  mark: { readonly source: SourceName },
  ours: Omit<FleetMark, 'id'>,
) {
  const [here, option] =
    where === 'queue'
      ? (['this queue is for', 'QUEUE_PREFIX'] as const)
      : ([`the database ${ours.target.db} mirrors`, 'MONGO_DB_NAME'] as const);
  return {
    is: 'other' as const,
    what: `${here} ${describeSource(mark.source)}, and this configuration reads ${describeSource(ours.source)}`,
    options: [option, 'REDIS_URL'],
  };
}

/**
 * The same loopback address with other servers: this is another machine, or there was a failover that the
 * active scheduler has not seen yet.
 */
function otherServers({ source }: Omit<FleetMark, 'id'>) {
  return {
    is: 'unsure' as const,
    what: `the fleet of this queue reads other servers than the ones that answer here at ${describeSource(source)}`,
    options: ['QUEUE_PREFIX', 'REDIS_URL'],
  };
}

/**
 * A scheduler that counts in the target also confirms the mark of its own queue. If this is its queue, it
 * does so within seconds.
 */
export function otherQueue({ target }: Pick<FleetMark, 'target'>) {
  return {
    is: 'unsure' as const,
    what: `a fleet with another queue writes to the database ${target.db}`,
    options: ['QUEUE_PREFIX', 'QUEUE_REDIS_URL', 'MONGO_DB_NAME'],
  };
}

/**
 * The database is not the one of this queue's fleet. If the address is the same, its name says nothing: then the mark
 * that is there does, or that there is none.
 */
function otherTarget(queue: FleetMark, ours: Omit<FleetMark, 'id'>, target?: FleetMark) {
  const where = (name: FleetMark['target']) => `the database ${name.db} at ${name.hosts.join(',')}`;
  const here = where(ours.target);
  const found = target
    ? `has the mark of another fleet, which mirrors ${describeSource(target.source)}`
    : 'does not have the mark of this queue’s fleet, though that is confirmed every few seconds';
  const isMoved = !isSameTarget(queue, ours);
  return {
    is: 'other' as const,
    what: isMoved
      ? `this queue is for ${where(queue.target)}, and this configuration writes to ${here}${target ? `, which ${found}` : ''}`
      : `${here} ${found}: another server answers at this address, or the database was dropped or restored${target ? ', and another fleet started on it first' : ''}`,
    options: ['QUEUE_PREFIX', 'MONGO_DB_NAME', 'MONGO_URI'],
  };
}
