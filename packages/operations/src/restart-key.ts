import { rereadKey } from '@redis-to-mongo/mongo-sink';
import {
  isOvertaken,
  isTransient,
  type KeyState,
  type Line,
  recreated,
  SyncError,
  shownKey,
  withRetry,
} from '@redis-to-mongo/pipeline';
import type { Fleet } from './fleet.js';
import { RETRY } from './retry.js';

/** The result for a key; `state` is its saved state now, `asked` the answer to the last request, where the next incarnation was begun. */
export type Restarted<Asked> =
  | { readonly isNew: true; readonly state: KeyState; readonly asked: Asked }
  | { readonly isNew: false; readonly state: KeyState };

/**
 * Begins the key's next incarnation, in the place that its rule and the naming convention give it now: its next job reads it from the
 * start. A stream's messages of earlier incarnations stay; a value is empty until that job has run. It may be stopped anywhere: the
 * position goes before the value does, so whatever is left is read again.
 * @param request asks the fleet for a job of the key: before a value is emptied, and when the next incarnation has begun. Should this
 * process end anywhere in between, the key is read all the same.
 * @param incarnation the incarnation that shall end; where another one has begun already, nothing is done. Default: the one it is in.
 * @returns `undefined` when MongoDB does not know of the key.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function restartKey<Asked>(
  line: Line,
  db: Fleet['db'],
  key: string,
  request: (key: string) => Promise<Asked>,
  incarnation?: number,
): Promise<Restarted<Asked> | undefined> {
  const isWorthIt = (error: unknown) => isTransient(error) || isOvertaken(error);
  try {
    return await withRetry(() => restart(line, db, key, request, incarnation), { ...RETRY, isWorthIt });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    const message = `key ${shownKey(key)}: the fleet’s workers are working on it: try again`;
    throw new SyncError('KEY_CONTENDED', 'transient', message, { cause: error });
  }
}

async function restart<Asked>(
  line: Line,
  db: Fleet['db'],
  key: string,
  request: (key: string) => Promise<Asked>,
  incarnation: number | undefined,
): Promise<Restarted<Asked> | undefined> {
  let state = await line.sink.load(key);
  if (!state) return undefined;
  if (incarnation !== undefined && state.incarnation !== incarnation) return { isNew: false, state };
  if (state.keyType !== 'stream') {
    state = await rereadKey(db, key);
    if (!state) return undefined;
    await request(key);
    const writes = line.source.syncer(state.keyType)?.retire(state) ?? [];
    await line.sink.write(state, writes);
  }
  const next: KeyState = {
    ...recreated(line, state, state.keyType, 'rewound'),
    revision: state.revision + 1,
    lastError: null,
  };
  await line.sink.save(state, next);
  // Tried again by itself: begun anew, another incarnation would follow, and a stream's entries be there once more.
  return { isNew: true, state: next, asked: await withRetry(() => request(key), RETRY) };
}
