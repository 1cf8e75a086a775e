import { type KeyState, SyncError, shownKey } from '@redis-to-mongo/pipeline';
import { BSON, type Db, type Document } from 'mongodb';
import { findByIds } from '../commands/by-ids.js';
import type { WriteError } from '../commands/write-command.js';
import { connected } from '../connection/ensure-connected.js';
import { keysIn, lettersIn } from '../database/stored.js';
import { removeLetters, requireKept, writeValueLetters } from './dead-letters.js';

/** The collection of the refused documents. */
const KEYS = 'keys';
/** Letters per page. */
const AT_ONCE = 200;

/** Matches the letters of keys whose document in `keys` MongoDB refuses. */
export const KEY_LETTERS = { collection: KEYS } as const;

/** The fields of a key's document that its letter needs. */
type Refused = Pick<KeyState, 'stream' | 'type' | 'revision'> & Document & { readonly _id: string };

/**
 * Keeps a refused document of a key, with the reason, because `keys` cannot record the error. One letter per
 * key, for the last try.
 * @throws SyncError DEAD_LETTER_REFUSED, or as mongoError.
 */
export async function writeKeyLetter(
  db: Db,
  document: Refused,
  { code, message }: Pick<WriteError, 'code' | 'message'>,
): Promise<void> {
  const { _id, stream, type } = document;
  const letter = { id: `${_id}@key`, kind: 'key', collection: KEYS, stream, type, document, code } as const;
  requireKept(await writeValueLetters(db, [{ ...letter, reason: message }], new Date()));
}

/**
 * Removes settled letters from one page: of keys whose document MongoDB has accepted since, and of keys that
 * no longer exist.
 * @param isGone tells which of these keys, which have no document, need not be mirrored.
 * @param after the last letter of the previous page; empty for the first page.
 * @returns the last letter of this page; empty if it was the last page.
 * @throws SyncError as mongoError, and what `isGone` throws.
 */
export async function settleKeyLetters(
  db: Db,
  isGone: (keys: readonly string[]) => Promise<readonly boolean[]>,
  after = '',
): Promise<string> {
  return await connected(db, async () => {
    const page = { ...KEY_LETTERS, _id: { $gt: after } };
    const letters = await lettersIn(db).find(page).sort({ _id: 1 }).limit(AT_ONCE).toArray();
    if (letters.length === 0) return '';
    const refused = letters.map((letter) => {
      const { _id: key, revision } = BSON.deserialize(letter.document.value());
      return { letter: letter._id, key: String(key), revision: Number(revision) };
    });
    const stored = await findByIds(
      keysIn(db),
      refused.map(({ key }) => key),
      { revision: 1 },
    );
    const revisions = new Map(stored.map(({ _id, revision }) => [_id, Number(revision)]));
    const unknown = refused.filter(({ key }) => !revisions.has(key)).map(({ key }) => key);
    const areGone = unknown.length > 0 ? await isGone(unknown) : [];
    const gone = new Set(unknown.filter((_, i) => areGone[i]));
    const settled = refused.filter(
      ({ key, revision }) => gone.has(key) || (revisions.get(key) ?? 0) > revision,
    );
    await removeLetters(
      db,
      settled.map(({ letter }) => letter),
    );
    return letters.length < AT_ONCE ? '' : (letters.at(-1)?._id ?? '');
  });
}

/** The error of a key whose document MongoDB refuses. */
export function keyRefused(key: string, code: number): SyncError {
  return new SyncError(
    'KEY_REFUSED',
    'unknown',
    `key ${shownKey(key)}: MongoDB refuses its document with code ${code}: check for an index or a validator of yours on "${KEYS}"`,
  );
}
