import { type ErrorClass, SyncError } from '@redis-to-mongo/pipeline';
import { TRANSIENT_CODES } from './transient-codes.js';

/**
 * What an error code of MongoDB means for the target as a whole.
 * Source: https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const CODES: ReadonlyMap<number, readonly [code: string, errorClass: ErrorClass, remedy: string]> = new Map([
  [
    18,
    [
      'MONGO_AUTH',
      'configuration',
      'it refused the user name or password: check MONGO_USERNAME, MONGO_PASSWORD and the authentication database',
    ],
  ],
  [
    8000,
    [
      'MONGO_AUTH',
      'configuration',
      'it refused the user name or password: check MONGO_USERNAME, MONGO_PASSWORD and the authentication database',
    ],
  ],
  [
    13,
    [
      'MONGO_PRIVILEGE',
      'configuration',
      'the user lacks a privilege: give it readWrite on the target database',
    ],
  ],
  [10107, ['MONGO_NOT_PRIMARY', 'transient', 'the server is not the primary']],
  [13435, ['MONGO_NOT_PRIMARY', 'transient', 'the server is not the primary']],
  [11602, ['MONGO_NOT_PRIMARY', 'transient', 'the primary stepped down']],
  [189, ['MONGO_NOT_PRIMARY', 'transient', 'the primary stepped down']],
  [91, ['MONGO_UNAVAILABLE', 'transient', 'the server is shutting down']],
  [11600, ['MONGO_UNAVAILABLE', 'transient', 'the server is shutting down']],
  [14031, ['MONGO_DISK_FULL', 'configuration', 'its disk is full: free space on it']],
  [50, ['MONGO_TIMEOUT', 'transient', 'the operation ran out of time']],
  [64, ['MONGO_TIMEOUT', 'transient', 'the write was not confirmed in time']],
  [112, ['MONGO_CONFLICT', 'transient', 'two writes met']],
]);

/** Codes that refuse one document for its content; its neighbours are fine. */
const CONTENT_CODES: ReadonlySet<number> = new Set([
  2, // BadValue
  9, // FailedToParse
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  15998, // Overflow of nesting
  17280, // KeyTooLong
  17419, // Resulting document after update is larger than the limit
]);

/** Driver errors that mean the server could not be reached or talked to. */
const UNREACHABLE =
  /^Mongo(Network|ServerSelection|NetworkTimeout|TopologyClosed|NotConnected|PoolCleared|PoolClosed|WaitQueueTimeout|OperationTimeout|Expired|ServerClosed).*Error$/;

/** Node's own errors of a broken connection; the driver passes one on as it is when the connection breaks under a write. */
const BROKEN_CONNECTION: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether a record was refused for what it holds: then it is a dead letter, and the others go on. */
export function isContentCode(code: number): boolean {
  return CONTENT_CODES.has(code);
}

/** Turns whatever the driver threw into a SyncError that tells what to do about it. Documents stay out of it. */
export function mongoError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const code = numericCode(error);
  const known = code === undefined ? undefined : CODES.get(code);
  if (known) return new SyncError(known[0], known[1], `MongoDB: ${known[2]}`, { cause: error });
  if (code !== undefined && TRANSIENT_CODES.has(code))
    return new SyncError('MONGO_UNAVAILABLE', 'transient', `MongoDB: it cannot take this now, code ${code}`, {
      cause: error,
    });
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (/auth/i.test(message) && name === 'MongoServerSelectionError')
    return new SyncError('MONGO_AUTH', 'configuration', 'MongoDB: it refused the user name or password', {
      cause: error,
    });
  if (UNREACHABLE.test(name) || isBrokenConnection(error) || hasLabel(error, 'RetryableWriteError'))
    return new SyncError(
      'MONGO_UNAVAILABLE',
      'transient',
      'MongoDB does not answer: check that it runs and that MONGO_HOST or MONGO_URI names it',
      { cause: error },
    );
  return unknownError(error, name, code);
}

/** The server's own words can quote documents: of those, only name and code go on. */
function unknownError(error: unknown, name: string, code: number | undefined): SyncError {
  const codeName = error instanceof Error && 'codeName' in error ? ` ${String(error.codeName)}` : '';
  const what = `${name || 'an error'}${code === undefined ? '' : ` ${code}`}${codeName}`;
  const cause = code === undefined ? { cause: error } : {};
  return new SyncError('MONGO_UNKNOWN', 'unknown', `MongoDB: ${what}`, cause);
}

function numericCode(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && BROKEN_CONNECTION.has(error.code);
}

function hasLabel(error: unknown, label: string): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'hasErrorLabel' in error &&
    typeof error.hasErrorLabel === 'function' &&
    error.hasErrorLabel(label) === true
  );
}
