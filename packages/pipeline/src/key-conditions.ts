/** Conditions that keys are asked for by. */
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
export type KeyCondition = (typeof KEY_CONDITIONS)[number];
