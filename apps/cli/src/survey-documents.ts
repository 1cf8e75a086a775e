import type { Config } from '@redis-to-mongo/config';
import { ruleBook } from '@redis-to-mongo/key-types';
import { activeKeys, collectionOf } from '@redis-to-mongo/mongo-sink';
import { isInPlace } from '@redis-to-mongo/pipeline';
import type { Database } from './clients.js';
import { chooseKeys } from './open-line.js';

/** Keys whose current documents are in one collection, while their next incarnation goes to another, because the rules changed. */
export interface KeysToMove {
  readonly from: string;
  readonly to: string;
  readonly keys: number;
}

/** Keys whose documents do not match their current rule: an old shape, another `_id` or another collection. */
export interface OldShape {
  /** The rule's number; null if no rule applies any longer. */
  readonly rule: number | null;
  /** The pattern for the command that migrates them. */
  readonly pattern: string;
  readonly keys: number;
  /** The number of documents: one for each value, and all messages of streams. */
  readonly documents: number;
}

/** Keys in MongoDB that the current rules would store differently. Reads all active keys once. @throws SyncError as mongoError. */
export async function surveyDocuments(db: Database, config: Config) {
  const book = ruleBook(config.rules);
  const wanted = chooseKeys(config);
  const toMove = new Map<string, KeysToMove>();
  const oldShapes = new Map<number, OldShape>();
  for await (const each of activeKeys(db)) {
    const { key, keyType, collection } = each;
    if (!wanted(key)) continue;
    const next = book.collectionFor(key, keyType);
    if (next !== collection) {
      const from = collectionOf({ keyType, collection });
      const to = collectionOf({ keyType, collection: next });
      const id = JSON.stringify([from, to]);
      toMove.set(id, { from, to, keys: (toMove.get(id)?.keys ?? 0) + 1 });
    }
    if (!isInPlace(each, book.placeFor(key, keyType))) {
      const rule = book.ruleFor(key, keyType);
      const known = oldShapes.get(rule?.number ?? 0);
      oldShapes.set(rule?.number ?? 0, {
        rule: rule?.number ?? null,
        pattern: rule?.pattern ?? '*',
        keys: (known?.keys ?? 0) + 1,
        documents: (known?.documents ?? 0) + (keyType === 'stream' ? each.written : 1),
      });
    }
  }
  return {
    toMove: [...toMove.values()],
    oldShapes: [...oldShapes.values()].sort((a, b) => (a.rule ?? 0) - (b.rule ?? 0)),
  };
}
