import { MongoServerError } from 'mongodb';
import { isOwnId, type WriteError } from '../commands/write-command.js';
import { mongoCode } from './mongo-code.js';
import { verdictOn } from './record-verdict.js';

/**
 * For the `catch` of a driver's promise: ignores a server's refusal with one of these codes (with any code,
 * if none is given).
 */
export function unlessRefused(...codes: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    const isRefusal =
      error instanceof MongoServerError && (codes.length === 0 || codes.includes(Number(error.code)));
    if (!isRefusal) throw error;
  };
}

/**
 * MongoDB's refusal of the one document of a command, from the driver's error; `undefined` for any other error.
 * An unknown code may be about the collection, so it is not a refusal.
 */
export function refusedBy(error: unknown): Omit<WriteError, 'index'> | undefined {
  if (!(error instanceof MongoServerError) || typeof error.code !== 'number') return undefined;
  const { message, keyPattern } = error;
  const code = mongoCode(error.code, message);
  const isOwn = isOwnId({ code, keyPattern, message });
  return isOwn || verdictOn(code) === 'refused' ? { code, message, isOwnId: isOwn } : undefined;
}
