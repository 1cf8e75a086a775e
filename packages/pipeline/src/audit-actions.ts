/**
 * The names of all operator actions in the audit. The list is here so that commands can use it without a
 * driver.
 */
export const AUDIT_ACTIONS = [
  'sync',
  'pause',
  'resume',
  'resync',
  'forget',
  'replay',
  'drop',
  'look',
  'repair',
  'move',
  'adopt',
  'once',
  'restore',
] as const;
/** The name of an action in the audit. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
