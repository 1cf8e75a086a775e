import type { Config } from '@redis-to-mongo/config';
import { activeKeys } from '@redis-to-mongo/mongo-sink';
import { isInPlace, RuleBook } from '@redis-to-mongo/pipeline';
import { chooseKeys } from './choose-keys.js';
import type { Database } from './servers.js';

/** Keys whose documents are not as their rule would make them now: in an old shape, or at another `_id` or place. */
export interface OldShape {
  /** The rule's number; null for keys that no rule has any more. */
  readonly rule: number | null;
  /** What takes them over. */
  readonly pattern: string;
  readonly keys: number;
  /** One for each value, and all messages of streams. */
  readonly documents: number;
}

/** Looks at all keys that MongoDB takes for living. @throws SyncError as mongoError tells. */
export async function oldShapes(db: Database, config: Config): Promise<readonly OldShape[]> {
  const book = new RuleBook(config.rules);
  const wanted = chooseKeys(config);
  const found = new Map<number, OldShape>();
  for await (const each of activeKeys(db)) {
    const { key, keyType } = each;
    if (isInPlace(each, book.placeFor(key, keyType)) || !wanted(key)) continue;
    const rule = book.ruleFor(key, keyType);
    const known = found.get(rule?.number ?? 0);
    found.set(rule?.number ?? 0, {
      rule: rule?.number ?? null,
      pattern: rule?.pattern ?? '*',
      keys: (known?.keys ?? 0) + 1,
      documents: (known?.documents ?? 0) + (keyType === 'stream' ? each.written : 1),
    });
  }
  return [...found.values()].sort((a, b) => (a.rule ?? 0) - (b.rule ?? 0));
}
