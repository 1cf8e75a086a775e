import { readTargetMark, targetName } from '@redis-to-mongo/mongo-sink';
import { throwRedisError } from '@redis-to-mongo/redis-connection';
import { compareFleets } from './compare-fleets.js';
import type { IdentitySources } from './fleet-identity.js';
import { FORMAT, parseMark } from './fleet-mark.js';
import { mismatch } from './fleet-mismatch.js';
import { serverIds } from './server-ids.js';
import { sourceName } from './source-name.js';

/**
 * Checks that the target does not mirror another source. It does not read the queue, and changes nothing.
 * @throws SyncError FLEET_MISMATCH, or as source and target throw.
 */
export async function confirmTarget({ source, db, address }: Omit<IdentitySources, 'queue'>): Promise<void> {
  const servers = await serverIds(source).catch(throwRedisError());
  const ours = { format: FORMAT, source: sourceName(address), servers, target: targetName(db) };
  const target = parseMark(await readTargetMark(db));
  const comparison = compareFleets({ ours, queue: undefined, target, isKept: false, isForeign: false });
  if (comparison.is !== 'same') throw mismatch(comparison);
}
