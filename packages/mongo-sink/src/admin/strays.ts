import {
  earlierPlacesOf,
  type KeyState,
  messageCollectionOf,
  messageId,
  messageIdBounds,
  messageIdPrefix,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { ofPlace } from '../messages/mirrored-messages.js';

/** Documents that no entry of the stream can have led to: how many, and the `_id` of the first. */
export interface Strays {
  readonly count: number;
  readonly first: string | undefined;
}

/**
 * Messages of a stream outside of what it ever had: of its present incarnation behind its last id, and of incarnations that it did not
 * have, in all collections that its incarnations were in. All of that is one range of `_id` before its incarnations, and one behind them.
 * @param lastId the highest id that the stream ever gave out.
 * @throws SyncError as mongoError.
 */
export async function strayMessages(
  db: Db,
  state: KeyState,
  lastId: string,
): Promise<{ readonly behind: Strays; readonly ofOtherIncarnations: Strays }> {
  const { key, incarnation, stream, type, collection } = state;
  const all = messageIdBounds(key);
  const present = messageIdBounds(key, incarnation);
  const lastEntry = messageId(messageIdPrefix(key, incarnation), lastId);
  const ranges = [
    // Messages without an entry id are from before the fleet's time: see adopted-documents.ts.
    { _id: { $gt: all.$gt, $lt: messageIdBounds(key, 1).$gt }, entryId: { $ne: null } },
    { _id: { $gt: lastEntry, $lt: all.$lt } },
  ];
  const among: Document = {
    $or: ranges.flatMap((range) => ofPlace({ stream, type }).map((place) => ({ ...range, ...place }))),
  };
  const behind = new Tally();
  const ofOtherIncarnations = new Tally();
  return await connected(db, async () => {
    const named = earlierPlacesOf(state).map((each) => each.collection);
    for (const name of collectionsOf([collection, ...named, null])) {
      const found = db
        .collection<{ _id: string } & Document>(name)
        .find(among, { projection: { _id: 1 }, sort: { _id: 1 }, batchSize: 5000 });
      for await (const { _id } of found)
        (_id > lastEntry && _id < present.$lt ? behind : ofOtherIncarnations).add(_id);
    }
    return { behind, ofOtherIncarnations };
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

function collectionsOf(named: readonly (string | null | undefined)[]): ReadonlySet<string> {
  return new Set(named.map((collection) => messageCollectionOf({ collection: collection ?? null })));
}
