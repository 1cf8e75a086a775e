import type { SyncError } from '@redis-to-mongo/pipeline';
import { isContentCode, mongoError } from './mongo-error.js';

/**
 * What a code means for the one record that it is about.
 * - refused: for what it holds; trying again changes nothing.
 * - doubtful: the code is unknown. If MongoDB returns it again for the record alone, the record is refused.
 * - a SyncError: not about the record; transient or configuration.
 */
export type RecordVerdict = 'refused' | 'doubtful' | SyncError;

/** @param code from `writeErrors`. */
export function verdictOn(code: number): RecordVerdict {
  if (code === 11000 || isContentCode(code)) return 'refused';
  const error = mongoError(Object.assign(new Error(`code ${code}`), { name: 'MongoServerError', code }));
  return error.errorClass === 'unknown' ? 'doubtful' : error;
}
