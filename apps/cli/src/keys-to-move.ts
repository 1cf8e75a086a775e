import type { Config } from '@redis-to-mongo/config';
import { activeKeys, collectionOf } from '@redis-to-mongo/mongo-sink';
import { RuleBook } from '@redis-to-mongo/pipeline';
import { chooseKeys } from './choose-keys.js';
import type { Database } from './servers.js';

/** Keys whose documents are in one collection, while their next life goes to another: the rules have changed. */
export interface KeysToMove {
  readonly from: string;
  readonly to: string;
  readonly keys: number;
}

/** Looks at all keys that MongoDB takes for living. @throws SyncError as mongoError tells. */
export async function keysToMove(db: Database, config: Config): Promise<readonly KeysToMove[]> {
  const book = new RuleBook(config.rules);
  const wanted = chooseKeys(config);
  const counts = new Map<string, KeysToMove>();
  for await (const { key, keyType, collection } of activeKeys(db)) {
    const next = book.collectionFor(key, keyType);
    if (next === collection || !wanted(key)) continue;
    const from = collectionOf({ keyType, collection });
    const to = collectionOf({ keyType, collection: next });
    const id = JSON.stringify([from, to]);
    counts.set(id, { from, to, keys: (counts.get(id)?.keys ?? 0) + 1 });
  }
  return [...counts.values()];
}
