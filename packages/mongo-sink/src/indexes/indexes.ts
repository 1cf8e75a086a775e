import { AUDIT_INDEXES } from '../reports/audit.js';
import { HISTORY_INDEXES } from '../reports/fleet-history.js';
import { LIST_INDEXES } from './list-indexes.js';
import { type Index, VALUE_INDEXES } from './value-indexes.js';

/**
 * The indexes that the fleet and its pages use besides `_id`. The index on `_id` returns a stream's messages
 * in order.
 */
export const INDEXES: readonly Index[] = [
  ...LIST_INDEXES,
  { collection: 'keys', key: { 'gaps.at': 1 }, partialFilterExpression: { 'counts.gap': { $gt: 0 } } },
  {
    collection: 'keys',
    key: { goneCheckedAt: 1 },
    partialFilterExpression: { goneCheckedAt: { $gt: new Date(0) } },
  },
  { collection: 'dead_letters', key: { stream: 1, at: 1 } },
  { collection: 'dead_letters', key: { at: 1, _id: 1 } },
  { collection: 'dead_letters', key: { collection: 1, at: 1, _id: 1 } },
  { collection: 'dead_letters', key: { code: 1, at: 1, _id: 1 } },
  { collection: 'dead_letter_parts', key: { letter: 1, part: 1 } },
  ...AUDIT_INDEXES,
  ...HISTORY_INDEXES,
  ...VALUE_INDEXES,
];
