import type { Config } from '@redis-to-mongo/config';
import { confirmTarget } from '@redis-to-mongo/fleet-status';
import * as operations from '@redis-to-mongo/operations';
import { type ChosenKeys, chosenKeys } from '@redis-to-mongo/operations';
import { type Line, namePattern, type SliceLimits } from '@redis-to-mongo/pipeline';
import type { Clients } from './clients.js';

/**
 * Opens the line of a worker in this process. Creates missing indexes.
 * @throws SyncError FLEET_MISMATCH if the target mirrors another source.
 */
export async function openLine(clients: Clients): Promise<{ line: Line; slice: SliceLimits }> {
  const [config, db, source] = [await clients.config(), await clients.db(), await clients.redis()];
  await confirmTarget({ db, source, address: config.redis });
  return await operations.openLine(config, db, source);
}

/** The keys that the configuration chooses and that have the name or match the pattern, if one is given. */
export function chooseKeys(config: Config, pattern?: string): ChosenKeys {
  const isWanted = chosenKeys(config);
  const asked = pattern === undefined ? undefined : namePattern(pattern);
  return {
    wanted: (key) => isWanted(key) && (asked === undefined || asked.test(key)),
    names: asked && asked.source === undefined ? asked.names : undefined,
  };
}
