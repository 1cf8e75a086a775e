/** What an operator can do with a key. */
export const KEY_ACTIONS = ['sync', 'pause', 'resume', 'resync'] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];

/** Maximum number of keys that one call of RunAction is given. A pause and its end mark many keys by one command. */
export const KEYS_TOGETHER: Readonly<Record<KeyAction, number>> = {
  sync: 1,
  pause: 200,
  resume: 200,
  resync: 1,
};

export interface AskedAction {
  readonly action: KeyAction;
  readonly keys: readonly string[];
  /** For a resync of one key: the incarnation that the operator saw, so that a double click begins only one new incarnation. */
  readonly incarnation?: number;
  /**
   * For a resync of a list: when it began. A key whose incarnation has begun since is left: it came before, at
   * another place of the list.
   */
  readonly since?: Date;
}

/**
 * Runs an operator's action.
 * @returns for each key the result in a sentence; `undefined` if the key is unknown.
 * @throws the servers' errors.
 */
export type RunAction = (asked: AskedAction) => Promise<readonly (string | undefined)[]>;
