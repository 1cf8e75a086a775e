import { readKey } from '@redis-to-mongo/mongo-sink';
import { type KeyState, keyBytes, restoringKey, SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Database, RedisClient } from '../clients.js';
import { restoreStream } from './restore-stream.js';
import { restoreValue } from './restore-value.js';
import { isPast, lost, sendAll } from './send-all.js';

/** The result of restoring a key. `there already`: the target has the key, and --replace was not given. */
export interface Restored {
  readonly key: string;
  readonly keyType: string;
  readonly result: 'restored' | 'there already' | 'failed';
  /** Entries or items written. */
  readonly items: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Writes one key to another Redis. The key has a temporary name until it is complete, so a key is never partly restored, even
 * after a crash. With `isReplaced`, the complete key replaces an existing one. With `isPartial`, fields that a rule left out
 * are missing. A damaged document fails only its own key.
 * @throws SyncError of class transient or configuration.
 */
export async function restoreKey(
  target: RedisClient,
  db: Database,
  keyId: string,
  options: RestoreOptions,
): Promise<Restored> {
  let keyType = '';
  try {
    const state = await readKey(db, keyId);
    if (!state) throw new SyncError('KEY_ABSENT', 'unknown', 'its document in keys was removed meanwhile');
    keyType = state.keyType;
    return { key: keyId, keyType, ...(await restoreState(target, db, state, options)) };
  } catch (error) {
    if (!(error instanceof SyncError) || !isOfTheKey(error)) throw error;
    const { code, message } = error;
    return { key: keyId, keyType, result: 'failed', items: 0, error: { code, message } };
  }
}

/** The most attempts for a key whose connection is lost. */
const MOST_TRIES = 5;

export interface RestoreOptions {
  /** Replaces an existing key. */
  readonly isReplaced: boolean;
  /** Restores a key without the parts that MongoDB does not have. */
  readonly isPartial: boolean;
}

/** Begins again after a lost connection: ioredis repeats commands, so parts may be there twice, or missing on an empty server. */
async function restoreState(
  target: RedisClient,
  db: Database,
  state: KeyState,
  options: RestoreOptions,
): Promise<Pick<Restored, 'result' | 'items'>> {
  for (let tries = 1; ; tries++) {
    const { stream } = target;
    const isCut = () => target.stream !== stream;
    try {
      return await restoreOnce(target, db, state, options, isCut);
    } catch (error) {
      const isFinal = error instanceof SyncError && error.errorClass === 'configuration';
      if (!isCut() || isFinal || tries === MOST_TRIES) throw error;
    }
  }
}

async function restoreOnce(
  target: RedisClient,
  db: Database,
  state: KeyState,
  { isReplaced, isPartial }: RestoreOptions,
  isCut: () => boolean,
): Promise<Pick<Restored, 'result' | 'items'>> {
  const key = keyBytes(state.key);
  if (!isReplaced && (await target.exists(key)) > 0) return { result: 'there already', items: 0 };
  const name = restoringKey(key);
  try {
    const written =
      state.keyType === 'stream'
        ? await restoreStream(target, db, state, isPartial, name)
        : await restoreValue(target, db, state.keyType, state, isPartial, name);
    if (!written) throw new SyncError('VALUE_ABSENT', 'unknown', 'MongoDB has no value: run verify --repair');
    if (isCut()) throw cut();
    if (await moved(target, name, key, isReplaced, written.endsAt, isCut))
      return { result: 'restored', items: written.items };
    await sendAll(target, [['DEL', name]]);
    return { result: 'there already', items: 0 };
  } catch (error) {
    const failure = error instanceof SyncError ? error : damaged(error);
    if (failure.errorClass !== 'configuration') await sendAll(target, [['DEL', name]]).catch(() => {}); // the first failure is reported, not this one
    throw failure;
  }
}

/**
 * Renames the complete key to its name. If it has expired, as it should, the key that it replaces is removed, too.
 * @returns false if the target has a key of that name meanwhile.
 */
async function moved(
  target: RedisClient,
  name: Buffer,
  key: Buffer,
  isReplaced: boolean,
  endsAt: number,
  isCut: () => boolean,
): Promise<boolean> {
  try {
    return isReplaced ? (await target.rename(name, key)) === 'OK' : (await target.renamenx(name, key)) === 1;
  } catch (error) {
    if ((await target.exists(name)) > 0) throw redisError(error, 'to');
    if (isCut()) throw cut();
    if (!(await isPast(target, endsAt))) throw lost();
    if (isReplaced) await target.del(key);
    return true;
  }
}

function cut(): SyncError {
  return new SyncError(
    'RESTORE_CUT',
    'transient',
    'the connection to the target was lost again and again; no key is there in part: run the command again',
  );
}

function isOfTheKey({ code, errorClass }: SyncError): boolean {
  return errorClass === 'unknown' || code === 'VALUE_CHANGED_WHILE_READ';
}

/** Converts an error that is not a SyncError: readers of documents throw such errors only for damaged documents. */
function damaged(cause: unknown): SyncError {
  return new SyncError(
    'MIRROR_DAMAGED',
    'unknown',
    'its documents in MongoDB are damaged: run verify --repair while Redis has the key',
    { cause },
  );
}
