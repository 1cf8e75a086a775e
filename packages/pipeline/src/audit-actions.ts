/** All that operators do, as the audit has it. Listed here so that commands can name them without opening anything. */
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
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
