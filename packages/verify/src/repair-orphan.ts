import { type Orphan, readKey } from '@redis-to-mongo/mongo-sink';
import { firstState, inCollection, type Line, placeOf } from '@redis-to-mongo/pipeline';
import type { Database } from './sides.js';

/**
 * Makes a value that belongs to no key empty and inactive, as that of a key that is gone. A document that is not the
 * fleet's stays.
 */
export async function repairOrphan(db: Database, line: Line, orphan: Orphan): Promise<void> {
  const { key, keyType, ruleCollection, revision, documentId } = orphan;
  if (revision === undefined) return;
  const known = await readKey(db, key);
  const first = firstState(key, placeOf(key, line.separator), keyType, line.now());
  const state = {
    ...inCollection(first, ruleCollection),
    ...(documentId ? { documentId } : {}),
    incarnation: known?.incarnation ?? first.incarnation,
    revision,
  };
  const writes = line.source.syncer(keyType)?.retire(state) ?? [];
  await line.sink.write(state, writes);
}
