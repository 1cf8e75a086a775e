/** What an operator can do with a key. */
export const KEY_ACTIONS = ['sync', 'pause', 'resume', 'resync'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];
