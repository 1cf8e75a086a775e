import type { SyncError } from '@redis-to-mongo/pipeline';
import { isContentCode, mongoError } from './mongo-error.js';

/**
 * The meaning of an error code for its record.
 * - refused: because of the record's content; a retry changes nothing.
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
