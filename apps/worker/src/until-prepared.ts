import { type AppContext, untilReady } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { FleetIdentity, isFleetMismatch } from '@redis-to-mongo/fleet-status';
import { prepareDatabase } from '@redis-to-mongo/mongo-sink';
import type { Clients } from '@redis-to-mongo/operations';
import { asSyncError } from '@redis-to-mongo/pipeline';
import type { Readiness } from './readiness.js';

/**
 * Waits for source, queue and target, and for a target that has all that the worker needs.
 * @returns what the target reports about itself.
 * @throws SyncError where one of them belongs to another fleet.
 */
export async function untilPrepared(
  { logger, signal, metrics }: Pick<AppContext, 'logger' | 'signal' | 'metrics'>,
  config: Pick<Config, 'redis' | 'rules'>,
  { redis, mongo, queue }: Pick<Clients, 'redis' | 'mongo' | 'queue'>,
  readiness: Readiness,
): ReturnType<typeof prepareDatabase> {
  const onTrouble = (error: unknown) => {
    readiness.trouble = error;
    metrics.errors.inc({ class: asSyncError(error).errorClass });
  };
  const waiting = { logger, signal, onTrouble, isFinal: isFleetMismatch };
  const identity = new FleetIdentity({ queue, db: mongo.db, source: redis, address: config.redis });
  await untilReady('source, queue and target', () => identity.confirm(), waiting);
  return await untilReady('MongoDB', () => prepareDatabase(mongo.db, config.rules), waiting);
}
