/** Conditions by which lists of keys can be filtered. */
export const KEY_CONDITIONS = [
  'active',
  'deleted',
  'behind',
  'failing',
  'quarantined',
  'gaps',
  'dead',
  'paused',
] as const;
/** A condition by which a list of keys can be filtered. */
export type KeyCondition = (typeof KEY_CONDITIONS)[number];
