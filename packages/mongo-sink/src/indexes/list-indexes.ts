import { CONDITIONS } from '../keys/key-lists.js';
import type { Index } from './value-indexes.js';

/**
 * What lists of keys are read by; see key-lists.ts. That of all keys holds nothing that a save changes, but when a key
 * goes or comes back. The others hold only the keys that a condition is about, in the order of its list: a key in step pays
 * for none of them.
 */
export const LIST_INDEXES: readonly Index[] = [
  { collection: 'keys', key: { keyType: 1, status: 1, _id: 1 } },
  {
    collection: 'keys',
    key: { lag: -1, _id: 1 },
    partialFilterExpression: CONDITIONS.behind,
  },
  {
    collection: 'keys',
    key: { 'lastError.at': -1, _id: 1 },
    partialFilterExpression: CONDITIONS.failing,
  },
  {
    collection: 'keys',
    key: { 'lastError.code': 1, 'lastError.at': -1, _id: 1 },
    partialFilterExpression: CONDITIONS.failing,
  },
  {
    collection: 'keys',
    key: { pausedAt: -1, _id: 1 },
    partialFilterExpression: CONDITIONS.paused,
  },
  {
    collection: 'keys',
    key: { 'counts.gap': -1, _id: 1 },
    partialFilterExpression: CONDITIONS.gaps,
  },
  {
    collection: 'keys',
    key: { 'counts.dead': -1, _id: 1 },
    partialFilterExpression: CONDITIONS.dead,
  },
];

/** What earlier versions made in their place: nobody asks for these, and saves pay for them. */
export const FORMER_LIST_INDEXES: readonly Index[] = [
  { collection: 'keys', key: { stream: 1, type: 1 } },
  { collection: 'keys', key: { keyType: 1, status: 1 } },
  { collection: 'dead_letters', key: { at: 1 } },
  { collection: 'keys', key: { lag: 1 }, partialFilterExpression: CONDITIONS.behind },
  { collection: 'keys', key: { pausedAt: 1 }, partialFilterExpression: CONDITIONS.paused },
  {
    collection: 'keys',
    key: { 'lastError.at': 1 },
    partialFilterExpression: CONDITIONS.failing,
  },
];
