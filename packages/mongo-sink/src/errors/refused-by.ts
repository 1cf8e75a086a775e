import { MongoServerError } from 'mongodb';
import { isOwnId, type WriteError } from '../commands/write-command.js';
import { verdictOn } from './record-verdict.js';

/**
 * What MongoDB says against the one document of a command, where the driver threw it; `undefined` for any other error.
 * A code that nobody here knows may be about the collection: it is no refusal.
 */
export function refusedBy(error: unknown): Omit<WriteError, 'index'> | undefined {
  if (!(error instanceof MongoServerError) || typeof error.code !== 'number') return undefined;
  const { code, message, keyPattern } = error;
  if (verdictOn(code) !== 'refused') return undefined;
  return { code, message, isOwnId: isOwnId({ code, keyPattern, message }) };
}
