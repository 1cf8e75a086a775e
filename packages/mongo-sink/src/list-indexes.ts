import type { Index } from './value-indexes.js';

const EVER = { $gt: new Date(0) };

/**
 * What lists of keys are read by; see key-order.ts. That of all keys holds nothing that a save changes, but when a key
 * goes or comes back. The others hold only the keys that a condition is about, in the order of its list: a key in step pays
 * for none of them.
 */
export const LIST_INDEXES: readonly Index[] = [
  { collection: 'keys', key: { keyType: 1, status: 1, _id: 1 } },
  {
    collection: 'keys',
    key: { lag: -1, _id: 1 },
    partialFilterExpression: { lag: { $gt: 0 } },
  },
  {
    collection: 'keys',
    key: { 'lastError.at': -1, _id: 1 },
    partialFilterExpression: { 'lastError.at': EVER },
  },
  {
    collection: 'keys',
    key: { 'lastError.code': 1, 'lastError.at': -1, _id: 1 },
    partialFilterExpression: { 'lastError.at': EVER },
  },
  {
    collection: 'keys',
    key: { pausedAt: -1, _id: 1 },
    partialFilterExpression: { pausedAt: EVER },
  },
  {
    collection: 'keys',
    key: { 'counts.gap': -1, _id: 1 },
    partialFilterExpression: { 'counts.gap': { $gt: 0 } },
  },
  {
    collection: 'keys',
    key: { 'counts.dead': -1, _id: 1 },
    partialFilterExpression: { 'counts.dead': { $gt: 0 } },
  },
];

/** What earlier versions made in their place: nobody asks for these, and saves pay for them. */
export const FORMER_INDEXES: readonly Index[] = [
  { collection: 'keys', key: { keyType: 1, status: 1 } },
  { collection: 'keys', key: { lag: 1 }, partialFilterExpression: { lag: { $gt: 0 } } },
  { collection: 'keys', key: { pausedAt: 1 }, partialFilterExpression: { pausedAt: EVER } },
  {
    collection: 'keys',
    key: { 'lastError.at': 1 },
    partialFilterExpression: { 'lastError.at': EVER },
  },
];
