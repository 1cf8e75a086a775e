/** What an operator can do with a key. */
export const KEY_ACTIONS = ['sync', 'pause', 'resume', 'resync'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

export interface AskedAction {
  readonly action: KeyAction;
  readonly key: string;
  /** For a resync: the incarnation that the operator saw, so that a double click begins only one new incarnation. */
  readonly incarnation?: number;
  /**
   * For a resync of a list: when it began. A key whose incarnation has begun since is left: it came before, at
   * another place of the list.
   */
  readonly since?: Date;
}

/**
 * Runs an operator's action.
 * @returns the result in a sentence; `undefined` if the key is unknown.
 * @throws the servers' errors.
 */
export type RunAction = (asked: AskedAction) => Promise<string | undefined>;
