import { type KeyState, SyncError, shownKey } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { KeyStates } from './key-states.js';

/** Tries of a change, if workers save the key in between. */
const TRIES = 20;

/**
 * Changes a key's document by compare-and-set. A worker that works on the key meanwhile is overtaken, and
 * starts again from the changed document.
 * @returns the changed state; `undefined` if MongoDB does not have the key.
 * @throws SyncError KEY_CONTENDED if workers were faster twenty times, else as mongoError.
 */
export async function changeKey(
  db: Db,
  key: string,
  change: (state: KeyState) => KeyState,
): Promise<KeyState | undefined> {
  await connected(db, async () => {});
  const states = new KeyStates(db);
  for (let i = 0; i < TRIES; i++) {
    const state = await states.load(key);
    if (!state) return undefined;
    const next = { ...change(state), revision: state.revision + 1 };
    try {
      await states.save(state, next);
      return next;
    } catch (error) {
      if (!(error instanceof SyncError) || error.code !== 'POSITION_MOVED') throw error;
    }
  }
  throw new SyncError(
    'KEY_CONTENDED',
    'transient',
    `key ${shownKey(key)}: workers were faster ${TRIES} times: try again, or stop the workers`,
  );
}

/**
 * Resets a key's position within the same incarnation. The next job reads all that Redis holds again, and
 * writes what is missing.
 * @returns and throws as changeKey.
 */
export async function rereadKey(db: Db, key: string): Promise<KeyState | undefined> {
  return await changeKey(db, key, (state) => ({ ...state, position: null, lag: 0 }));
}
