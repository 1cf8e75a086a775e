import { defined } from '@redis-to-mongo/pipeline';
import { CONDITIONS } from '../keys/key-lists.js';
import type { Index } from './value-indexes.js';

/**
 * What lists of keys are read by; see key-lists.ts. That of all keys holds nothing that a save changes, but when a key
 * goes or comes back. The others hold only the keys that a condition is about, in the order of its list: a key in step pays
 * for none of them.
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

/** What earlier versions made in their place: nobody asks for these, and saves pay for them. */
export const FORMER_LIST_INDEXES: readonly Index[] = [
  onKeys({ stream: 1, type: 1 }),
  onKeys({ keyType: 1, status: 1 }),
  { collection: 'dead_letters', key: { at: 1 } },
  onKeys({ lag: 1 }, CONDITIONS.behind),
  onKeys({ pausedAt: 1 }, CONDITIONS.paused),
  onKeys({ 'lastError.at': 1 }, CONDITIONS.failing),
];

/** An index of `keys`: of those that a condition is about, where there is one. */
function onKeys(key: Index['key'], partialFilterExpression?: Index['partialFilterExpression']): Index {
  return { collection: 'keys', key, ...defined({ partialFilterExpression }) };
}
