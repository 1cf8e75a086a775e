import { prefixOfMark } from '@redis-to-mongo/job-queue';
import { readTargetMark, targetName } from '@redis-to-mongo/mongo-sink';
import { keyName } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import { isSameTarget } from './compare-fleets.js';
import type { IdentitySources } from './fleet-identity.js';
import { parseMark, parseMarkText } from './fleet-mark.js';
import { mismatch } from './fleet-mismatch.js';

/**
 * Checks that the keys to be mirrored do not include the queue of this target's own fleet. They do if the queue
 * is in the source, and this configuration has another QUEUE_PREFIX than the fleet.
 * @throws SyncError FLEET_MISMATCH, or as redisError and mongoError.
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
    const mark = parseMarkText(await markIn(source, key));
    if (typeof mark !== 'object' || (mark.id !== id && !isSameTarget(mark, { target: targetName(db) })))
      continue;
    const what = `the source holds the queue of the fleet that writes to the database ${db.databaseName}, with the prefix ${prefix}, and this configuration would mirror it`;
    throw mismatch({ is: 'other', what, options: ['QUEUE_PREFIX'] });
  }
}

/** Keys with the name of a mark that are no marks: of another type, or hidden from the user, and so not mirrored. */
const NO_MARK: ReadonlySet<string> = new Set(['KEY_TYPE_CHANGED', 'REDIS_KEY_HIDDEN']);

/**
 * The field `mark` of a hash with the name of a mark. HSCAN, because the source's user need not have the right to HGET;
 * a mark has so few fields that the first page has all.
 */
async function markIn(source: IdentitySources['source'], key: string): Promise<string | undefined> {
  try {
    const [, found] = await source.hscan(keyName(key), 0, 'MATCH', 'mark', 'COUNT', 100);
    return found[1];
  } catch (error) {
    const known = redisError(error);
    if (NO_MARK.has(known.code)) return undefined;
    throw known;
  }
}
