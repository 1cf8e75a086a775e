import { confirmTarget } from '@redis-to-mongo/fleet-status';
import * as operations from '@redis-to-mongo/operations';
import type { Line, SliceLimits } from '@redis-to-mongo/pipeline';
import type { Clients } from './clients.js';

/**
 * Opens the line of a worker in this process. Creates missing indexes.
 * @throws SyncError FLEET_MISMATCH where the target mirrors another source.
 */
export async function openLine(clients: Clients): Promise<{ line: Line; slice: SliceLimits }> {
  const [config, db, source] = [await clients.config(), await clients.db(), await clients.redis()];
  await confirmTarget({ db, source, address: config.redis });
  return await operations.openLine(config, db, source);
}
