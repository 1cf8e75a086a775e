import { VALUE_DEFAULTS } from '@redis-to-mongo/key-types';
import { choice, decimal, flag, whole } from '../option.js';

const MIB = 1024 * 1024;

/** How values (sets, hashes, lists, strings and so on) are stored. */
export const VALUE_OPTIONS = {
  VALUE_INLINE_MEMBERS: whole({
    doc: 'A value with up to this many members (fields, items) is one document. A larger one has one document per member.',
    default: VALUE_DEFAULTS.maxInlineMembers,
    min: 0,
    max: 100_000,
    unit: 'members',
  }),
  VALUE_INLINE_BYTES: whole({
    doc: 'A value of up to this size is one document.',
    default: VALUE_DEFAULTS.maxInlineBytes,
    min: 0,
    max: 8 * MIB,
    unit: 'bytes',
  }),
  MEMBERSHIP_HISTORY: flag({
    doc: 'Keeps the former members of sets, sorted sets and hashes, with the times: see docs/key-types.md.',
    default: VALUE_DEFAULTS.membershipHistory,
  }),
  GONE_VALUES: choice(['keep', 'remove'], {
    doc: 'What happens to a value in MongoDB when its key is deleted or expires: `keep` it, empty and inactive, or `remove` it.',
    default: VALUE_DEFAULTS.goneValues,
  }),
  GONE_KEYS_KEEP_SEC: decimal({
    doc: 'How long MongoDB keeps a deleted key. Then its document in `keys` and its empty value are removed. Paused keys, and keys with messages, dead letters, losses or history, are always kept. 0: forever.',
    default: 30 * 24 * 3600,
    min: 0,
    max: 10 * 365 * 24 * 3600,
    unit: 's',
  }),
};
