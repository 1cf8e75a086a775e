import type { Logger } from '@redis-to-mongo/app-shell';
import { type FleetIdentity, isFleetMismatch, KEEP_EVERY_MS } from '@redis-to-mongo/fleet-status';
import type { SyncError } from '@redis-to-mongo/pipeline';
import { repeatUntil } from './repeat-until.js';

export interface KeepIdentityOptions {
  readonly identity: FleetIdentity;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly isActive: () => boolean;
  /**
   * Called when the queue or the target belongs to another fleet: after `fleet move`, or if another database answers. With
   * `undefined` if the marks match (again).
   */
  readonly onMismatch: (error: SyncError | undefined) => void;
}

/**
 * Confirms the marks of queue and target regularly on the active scheduler, and writes them again after
 * either was emptied.
 */
export async function keepIdentity(options: KeepIdentityOptions): Promise<void> {
  const { identity, signal, logger, isActive, onMismatch } = options;
  await repeatUntil(
    signal,
    () => KEEP_EVERY_MS,
    async () => {
      if (!isActive()) return undefined;
      await identity.keep();
      onMismatch(undefined);
      return undefined;
    },
    (error) => {
      if (isFleetMismatch(error)) {
        onMismatch(error);
        logger.error(
          'the queue or the database now belongs to another fleet: stop this scheduler, or fix its options',
          {
            error,
          },
        );
      } else logger.debug('the fleet’s marks could not be confirmed', { error });
    },
  );
}
