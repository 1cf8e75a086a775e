import { targetName } from '@redis-to-mongo/mongo-sink';
import { SyncError } from '@redis-to-mongo/pipeline';
import { type Comparison, otherQueue } from './compare-fleets.js';

/** The code of these errors. An active scheduler also reports it in its heartbeat. */
export const FLEET_MISMATCH = 'FLEET_MISMATCH';

/** The error of a process whose queue or target belongs to another fleet. */
export function mismatch({ what, options }: Extract<Comparison, { readonly what: string }>): SyncError {
  return new SyncError(
    'FLEET_MISMATCH',
    'configuration',
    `${what}: check ${options.join(', ')}; each fleet needs a QUEUE_PREFIX and a database of its own. After a deliberate move: redis-to-mongo fleet move`,
  );
}

/** The error of a scheduler whose database another fleet, with another queue, also writes to. */
export function targetIsShared(db: Parameters<typeof targetName>[0]): SyncError {
  return mismatch(otherQueue({ target: targetName(db) }));
}

/** Whether an error means that queue or target belong to another fleet. Retrying is then useless. */
export function isFleetMismatch(error: unknown): error is SyncError {
  return error instanceof SyncError && error.code === FLEET_MISMATCH;
}
