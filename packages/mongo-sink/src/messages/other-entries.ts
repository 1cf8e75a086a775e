import { decodedIfKnown, type MessageDocument, plainMessage } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import type { Stored } from '../database/stored.js';

/** Maximum number of messages to compare: spread evenly, including the first and the last one. */
const COMPARED = 100;

/** Picks up to COMPARED indexes in even steps. */
export function spread(indexes: readonly number[]): readonly number[] {
  const step = Math.max(1, (indexes.length - 1) / (COMPARED - 1));
  const places = Array.from({ length: Math.min(COMPARED, indexes.length) }, (_, n) => Math.round(n * step));
  return places.flatMap((place) => indexes[place] ?? []);
}

/**
 * Whether MongoDB has another entry under the `_id` of one of these messages. Entries that cannot be compared
 * count as the same, because a rule left fields out, or the document was changed by hand.
 * @throws SyncError as mongoError.
 */
export async function hasOtherEntries(
  db: Db,
  collection: string,
  messages: readonly MessageDocument[],
): Promise<boolean> {
  const mine = new Map(messages.map((message) => [message._id, message]));
  return await connected(db, async () => {
    const found = db.collection<Stored>(collection).find({ _id: { $in: [...mine.keys()] } });
    for await (const stored of found) {
      const message = mine.get(stored._id);
      if (message && areOther(plainMessage(stored), message)) return true;
    }
    return false;
  });
}

type Content = Parameters<typeof decodedIfKnown>[0];

function areOther(stored: Content, message: Content): boolean {
  const [there, mine] = [decodedIfKnown(stored), decodedIfKnown(message)];
  if (!there?.isIntact || !mine) return false;
  if (there.pairs.length + there.left !== mine.pairs.length + mine.left) return true;
  if (there.left > 0 || mine.left > 0) return false;
  return mine.pairs.some(([name, value], i) => {
    const pair = there.pairs[i];
    return !pair?.[0].equals(name) || !pair[1].equals(value);
  });
}
