import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { choices, list, rules, text } from '../option.js';

/** Which keys are mirrored, and the naming convention of their names. */
export const KEY_OPTIONS = {
  KEY_INCLUDE: list({
    doc: 'Redis glob patterns of the keys to mirror: `*`, `?` for one character, `[abc]`, and `\\` to escape a character.',
    default: ['*'],
    notEmpty: true,
  }),
  KEY_EXCLUDE: list({
    doc: 'Patterns of the keys to leave out, even if `KEY_INCLUDE` matches them.',
    default: [],
  }),
  KEY_SEPARATOR: text({
    doc: 'Separates a stream’s name from a type in the name of a key that belongs to the stream: `orders:info:tags` belongs to `orders`.',
    default: ':info:',
    notEmpty: true,
  }),
  KEY_TYPES: choices(KEY_TYPES, {
    doc: 'Types of the keys to mirror.',
    default: [...KEY_TYPES],
    notEmpty: true,
  }),
};

/** Different settings for keys that match a pattern. */
export const RULE_OPTIONS = {
  RULES: rules({
    doc: 'Rules for the keys that match a pattern: see above. In the environment, the same list as JSON text.',
    default: [],
  }),
};
