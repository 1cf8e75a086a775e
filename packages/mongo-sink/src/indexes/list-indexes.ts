import { defined } from '@redis-to-mongo/pipeline';
import { CONDITIONS } from '../keys/key-lists.js';
import type { Index } from './value-indexes.js';

/**
 * The indexes that serve lists of keys; see key-lists.ts. In the index of all keys, a save changes nothing
 * unless the key is deleted or comes back. The other indexes hold only the keys of a condition, in the order
 * of its list, so they cost nothing for a key that is up to date.
 */
export const LIST_INDEXES: readonly Index[] = [
  onKeys({ keyType: 1, status: 1, _id: 1 }),
  onKeys({ lag: -1, _id: 1 }, CONDITIONS.behind),
  onKeys({ 'lastError.at': -1, _id: 1 }, CONDITIONS.failing),
  onKeys({ 'lastError.code': 1, 'lastError.at': -1, _id: 1 }, CONDITIONS.failing),
  onKeys({ pausedAt: -1, _id: 1 }, CONDITIONS.paused),
  onKeys({ 'counts.gap': -1, _id: 1 }, CONDITIONS.gaps),
  onKeys({ 'counts.dead': -1, _id: 1 }, CONDITIONS.dead),
];

/** Indexes of earlier versions. No query uses them, but they make saves slower. */
export const FORMER_LIST_INDEXES: readonly Index[] = [
  onKeys({ stream: 1, type: 1 }),
  onKeys({ keyType: 1, status: 1 }),
  { collection: 'dead_letters', key: { at: 1 } },
  onKeys({ lag: 1 }, CONDITIONS.behind),
  onKeys({ pausedAt: 1 }, CONDITIONS.paused),
  onKeys({ 'lastError.at': 1 }, CONDITIONS.failing),
];

/** An index of `keys`, or of the keys that match a condition. */
function onKeys(key: Index['key'], partialFilterExpression?: Index['partialFilterExpression']): Index {
  return { collection: 'keys', key, ...defined({ partialFilterExpression }) };
}
