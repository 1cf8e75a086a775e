import { choice, decimal, flag, whole } from '../option.js';

const MIB = 1024 * 1024;

/** How sets, sorted sets, hashes, lists, strings and JSON are kept. */
export const VALUE_OPTIONS = {
  VALUE_INLINE_MEMBERS: whole({
    doc: 'Up to this many members (fields, items) a value is one document; a larger one is one document per member.',
    default: 10_000,
    min: 0,
    max: 100_000,
    unit: 'members',
  }),
  VALUE_INLINE_BYTES: whole({
    doc: 'Up to this size a value is one document.',
    default: MIB,
    min: 0,
    max: 8 * MIB,
    unit: 'bytes',
  }),
  MEMBERSHIP_HISTORY: flag({
    doc: 'Keeps who was a member and when, of sets, sorted sets and hashes: see docs/key-types.md.',
    default: false,
  }),
  GONE_VALUES: choice(['keep', 'remove'], {
    doc: 'What becomes of a value in MongoDB when its key is gone, by deletion or expiry: kept as an empty, inactive one, or removed.',
    default: 'keep',
  }),
  GONE_KEYS_KEEP_SEC: decimal({
    doc: 'How long MongoDB remembers a key that is gone and has left nothing else: no messages, dead letters, losses or history, and that is not paused. Then its document in `keys` and its empty value go. 0: for ever.',
    default: 30 * 24 * 3600,
    min: 0,
    max: 10 * 365 * 24 * 3600,
    unit: 's',
  }),
};
