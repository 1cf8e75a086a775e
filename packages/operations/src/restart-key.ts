import { rereadKey } from '@redis-to-mongo/mongo-sink';
import {
  isOvertaken,
  isTransient,
  type KeyState,
  type Line,
  recreated,
  withRetry,
} from '@redis-to-mongo/pipeline';
import { contended } from './contended.js';
import type { Fleet } from './key-actions.js';
import { RETRY } from './retry.js';

/**
 * The result for a key. `state` is its saved state now. `asked` is the answer to the last request, if the
 * next incarnation was begun.
 */
export type Restarted<Asked> =
  | { readonly isNew: true; readonly state: KeyState; readonly asked: Asked }
  | { readonly isNew: false; readonly state: KeyState };

/**
 * Begins the key's next incarnation, in the place that its rule and the naming convention now give it. Its
 * next job reads the key from the start. A stream's messages of earlier incarnations stay; a value is empty
 * until that job has run. It can be interrupted anywhere: the position is reset before the value is emptied,
 * so anything that remains is read again.
 * @param request asks the fleet for a job of the key. It is called before a value is emptied, and again when
 * the next incarnation has begun. So the key is read even if this process ends in between.
 * @param seen what the caller has seen: the incarnation to end, or a time at which it had begun. If another one
 * has begun since, nothing is done. Default: the current incarnation is ended.
 * @returns `undefined` if MongoDB does not have the key.
 * @throws SyncError KEY_CONTENDED, or of class transient or configuration.
 */
export async function restartKey<Asked>(
  line: Line,
  db: Fleet['db'],
  key: string,
  request: (key: string) => Promise<Asked>,
  seen?: number | Date,
): Promise<Restarted<Asked> | undefined> {
  const isWorthIt = (error: unknown) => isTransient(error) || isOvertaken(error);
  try {
    return await withRetry(() => restart(line, db, key, request, seen), { ...RETRY, isWorthIt });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    throw contended(key, error);
  }
}

async function restart<Asked>(
  line: Line,
  db: Fleet['db'],
  key: string,
  request: (key: string) => Promise<Asked>,
  seen: number | Date | undefined,
): Promise<Restarted<Asked> | undefined> {
  let state = await line.sink.load(key);
  if (!state) return undefined;
  if (seen !== undefined && hasBegunSince(seen, state)) return { isNew: false, state };
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
  // Only the request is retried. A retry of the whole would begin another incarnation, and store a stream's
  // entries once more.
  return { isNew: true, state: next, asked: await withRetry(() => request(key), RETRY) };
}

function hasBegunSince(seen: number | Date, { incarnation, activity }: KeyState): boolean {
  if (typeof seen === 'number') return incarnation !== seen;
  const from = activity.at(-1)?.from;
  return from !== undefined && from >= seen;
}
