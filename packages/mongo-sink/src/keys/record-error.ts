import type { KeyState, SyncError } from '@redis-to-mongo/pipeline';
import { type Db, MongoServerError } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn } from '../database/stored.js';
import { writeKeyLetter } from '../dead-letters/key-letters.js';
import { mongoCode } from '../errors/mongo-code.js';
import { verdictOn } from '../errors/record-verdict.js';
import { toKeyDocument } from './key-document.js';

/**
 * Records on the key's document why its last job failed; the position stays unchanged. If MongoDB refuses the
 * document, a dead letter keeps it.
 * @param first the state of a key that was never saved. If the key has no document, one is created from it.
 * @returns whether the key now has a document, or a dead letter in its place.
 * @throws SyncError DEAD_LETTER_REFUSED, or as mongoError.
 */
export async function recordError(db: Db, key: string, error: SyncError, first?: KeyState): Promise<boolean> {
  const { code, errorClass } = error;
  const lastError = { code, errorClass, message: error.message.slice(0, 500), at: new Date() };
  const none = { _id: key, lastError: null };
  const { _id, lastError: _, ...fields } = first ? toKeyDocument({ ...first, revision: 0 }, '') : none;
  const update = { $set: { lastError }, ...(first ? { $setOnInsert: fields } : {}) };
  return await connected(db, async () => {
    const keys = keysIn(db);
    try {
      const { matchedCount, upsertedCount } = await keys.updateOne({ _id }, update, {
        upsert: first !== undefined,
      });
      return matchedCount + upsertedCount > 0;
    } catch (thrown) {
      const refusal = refusalIn(thrown);
      const document = refusal && ((await keys.findOne({ _id })) ?? (first && { _id, ...fields }));
      if (!refusal || !document) throw thrown;
      const { stream, type, revision, ...rest } = document;
      await writeKeyLetter(db, { ...rest, _id, stream, type, revision, lastError }, refusal);
      return true;
    }
  });
}

/** Returns any code that is not about the server as a whole: the command has only this document. */
function refusalIn(error: unknown): { readonly code: number; readonly message: string } | undefined {
  if (!(error instanceof MongoServerError) || typeof error.code !== 'number') return undefined;
  const code = mongoCode(error.code, error.message);
  return typeof verdictOn(code) === 'string' ? { code, message: error.message } : undefined;
}
