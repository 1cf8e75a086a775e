import { setTimeout as sleep } from 'node:timers/promises';
import { rereadKey } from '@redis-to-mongo/mongo-sink';
import { type KeyState, type Line, nextLife, SyncError, withRetry } from '@redis-to-mongo/pipeline';
import { RETRY } from './open-line.js';
import type { Database } from './servers.js';

/** Tries that workers of the fleet come between. */
const TRIES = 20;
const WAIT_MS = 100;

/**
 * Begins the key's next life: its next job reads it from the start. A stream's messages of earlier lives stay; a value is
 * empty until that job has run. It may be stopped anywhere: the position goes before the value does, so whatever is left
 * is read again.
 * @returns the state saved; `undefined` when MongoDB does not know of the key.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function restartKey(line: Line, db: Database, key: string): Promise<KeyState | undefined> {
  for (let i = 0; i < TRIES; i++) {
    try {
      return await withRetry(() => restart(line, db, key), RETRY);
    } catch (error) {
      if (!(error instanceof SyncError) || error.errorClass !== 'overtaken') throw error;
      await sleep(WAIT_MS);
    }
  }
  throw new SyncError('KEY_CONTENDED', 'transient', `key ${key}: workers of the fleet are at it: try again`);
}

async function restart(line: Line, db: Database, key: string): Promise<KeyState | undefined> {
  let state = await line.sink.load(key);
  if (!state) return undefined;
  if (state.keyType !== 'stream') {
    state = await rereadKey(db, key);
    if (!state) return undefined;
    const writes = line.source.syncer(state.keyType)?.retire(state) ?? [];
    await line.sink.write(state, writes);
  }
  const next: KeyState = {
    ...nextLife(state, state.keyType, 'rewound', line.now()),
    revision: state.revision + 1,
    lastError: null,
  };
  await line.sink.save(state, next);
  return next;
}
