/** What an operator can do with a key. */
export const KEY_ACTIONS = ['sync', 'pause', 'resume', 'resync'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

export interface AskedAction {
  readonly action: KeyAction;
  readonly key: string;
  /** Of a resync: the incarnation that the operator saw, so that a click twice begins one incarnation. */
  readonly incarnation?: number;
}

/**
 * Does what an operator asked for.
 * @returns what came of it, in a sentence; `undefined` when the key is not known.
 * @throws what the servers answered.
 */
export type RunAction = (asked: AskedAction) => Promise<string | undefined>;
