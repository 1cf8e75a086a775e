import { rules } from '../option.js';

/** Different settings for keys that match a pattern. */
export const RULE_OPTIONS = {
  RULES: rules({
    doc: 'Rules for the keys that match a pattern: see above. In the environment, the same list as JSON text.',
    default: [],
  }),
};
