import {
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
  type RuleSpec,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { pathsIn } from '../values/value-place.js';
import { messageCollections } from './former-documents.js';

/** Documents that cannot come from an entry of the stream: their number, and the `_id` of the first. */
export interface Strays {
  readonly count: number;
  readonly first: string | undefined;
}

/**
 * Finds messages that a stream cannot have, in all collections that its incarnations may be in:
 * - `behind`: of its present incarnation, after its last id;
 * - `ofOtherIncarnations`: of incarnations that never existed;
 * - `elsewhere`: of its present incarnation, in a collection that it was migrated from, or was never in.
 *
 * The first two form one range of `_id` before the stream's incarnations, and one after its last entry.
 * @param rules whose collections are searched, too.
 * @param lastId the highest id that the stream ever assigned.
 * @throws SyncError as mongoError.
 */
export async function strayMessages(db: Db, state: KeyState, rules: readonly RuleSpec[], lastId: string) {
  const { key, incarnation, stream, type } = state;
  const all = messageIdBounds(key);
  const present = messageIdBounds(key, incarnation);
  const lastEntry = messageId(messageIdPrefix(key, incarnation), lastId);
  const ranges = [
    // Messages without an entry id are from before the fleet's time: see adopted-documents.ts.
    { _id: { $gt: all.$gt, $lt: messageIdBounds(key, 1).$gt }, entryId: { $ne: null } },
    { _id: { $gt: lastEntry, $lt: all.$lt } },
  ];
  const ofShapes = [false, true].map((isShaped) => pathsIn(isShaped, { stream, type }));
  const among = (within: readonly Document[]): Document => ({
    $or: within.flatMap((range) => ofShapes.map((place) => ({ ...range, ...place }))),
  });
  const [behind, ofOtherIncarnations, elsewhere] = [new Tally(), new Tally(), new Tally()];
  const isMigrated = !state.formerPlaces?.length;
  return await connected(db, async () => {
    for (const name of messageCollections(state, rules)) {
      const isElsewhere = isMigrated && name !== messageCollectionOf(state);
      const filter = among(isElsewhere ? [...ranges, { _id: present }] : ranges);
      const found = db
        .collection<{ _id: string } & Document>(name)
        .find(filter, { projection: { _id: 1 }, sort: { _id: 1 }, batchSize: 5000 });
      for await (const { _id } of found) {
        const isPresent = _id > present.$gt && _id < present.$lt;
        if (isPresent && isElsewhere) elsewhere.add(_id);
        else (isPresent ? behind : ofOtherIncarnations).add(_id);
      }
    }
    return { behind, ofOtherIncarnations, elsewhere };
  });
}

class Tally implements Strays {
  count = 0;
  first: string | undefined;

  add(id: string): void {
    this.count++;
    this.first ??= id;
  }
}
