import { prefixOfMark } from '@redis-to-mongo/job-queue';
import { readTargetMark, targetName } from '@redis-to-mongo/mongo-sink';
import { keyName } from '@redis-to-mongo/pipeline';
import { isSameTarget } from './compare-fleets.js';
import type { IdentitySources } from './fleet-identity.js';
import { parseMark, parseMarkText } from './fleet-mark.js';
import { mismatch } from './fleet-mismatch.js';

/**
 * Checks that the keys to be mirrored do not include the queue of this target's own fleet. They do if the queue
 * is in the source, and this configuration has another QUEUE_PREFIX than the fleet.
 * @throws SyncError FLEET_MISMATCH, or as mongoError.
 */
export async function confirmNoQueue(
  { source, db }: Pick<IdentitySources, 'source' | 'db'>,
  keys: Iterable<string>,
): Promise<void> {
  const target = parseMark(await readTargetMark(db));
  const id = typeof target === 'object' ? target.id : undefined;
  for (const key of keys) {
    const prefix = prefixOfMark(key);
    if (prefix === undefined) continue;
    // A key of another type with such a name is a user's.
    const mark = parseMarkText((await source.hget(keyName(key), 'mark').catch(() => null)) ?? undefined);
    if (typeof mark !== 'object' || (mark.id !== id && !isSameTarget(mark, { target: targetName(db) })))
      continue;
    const what = `the source holds the queue of the fleet that writes to the database ${db.databaseName}, with the prefix ${prefix}, and this configuration would mirror it`;
    throw mismatch({ is: 'other', what, options: ['QUEUE_PREFIX'] });
  }
}
