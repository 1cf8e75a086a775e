import { type ErrorClass, isObject, membersOf, SyncError, withCauses } from '@redis-to-mongo/pipeline';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb';
import { mongoCode } from './mongo-code.js';
import { mongoConnectionTrouble, mongoUnavailable } from './mongo-connection-trouble.js';

type Meaning = readonly [code: string, errorClass: ErrorClass, remedy: string];

const WRONG_LOGIN: Meaning = [
  'MONGO_AUTH',
  'configuration',
  'it refused the user name or password: check MONGO_USERNAME, MONGO_PASSWORD and the authentication database',
];
const NO_LOGIN: Meaning = [
  'MONGO_AUTH',
  'configuration',
  'it requires a login: set MONGO_USERNAME and MONGO_PASSWORD, or write them in MONGO_URI',
];
const WRONG_MECHANISM: Meaning = [
  'MONGO_AUTH',
  'configuration',
  'it does not accept this login mechanism: check authMechanism in MONGO_URI, and its requirements',
];
const NO_PRIVILEGE: Meaning = [
  'MONGO_PRIVILEGE',
  'configuration',
  'the user lacks a privilege: give it readWrite on the target database',
];
const VIEW: Meaning = [
  'COLLECTION_UNUSABLE',
  'configuration',
  'a view has the name of one of the fleet’s collections: drop or rename it, or change MONGO_DB_NAME',
];
const SHARDED: Meaning = [
  'COLLECTION_UNUSABLE',
  'configuration',
  'one of the fleet’s collections is sharded by something else than _id: shard it by { _id: "hashed" }',
];
const INCOMPATIBLE: Meaning = [
  'MONGO_INCOMPATIBLE',
  'configuration',
  'driver and server do not match: check options such as loadBalanced in MONGO_URI, and the server’s version',
];
const STORAGE_FULL: Meaning = [
  'MONGO_DISK_FULL',
  'configuration',
  'its storage is full: free space there, or use a larger cluster',
];
const NOT_PRIMARY: Meaning = ['MONGO_NOT_PRIMARY', 'transient', 'the server is not the primary'];
const STEPPED_DOWN: Meaning = ['MONGO_NOT_PRIMARY', 'transient', 'the primary stepped down'];
const SHUTTING_DOWN: Meaning = ['MONGO_UNAVAILABLE', 'transient', 'the server is shutting down'];

/**
 * What an error code of MongoDB means for the target as a whole.
 * Source: https://www.mongodb.com/docs/manual/reference/error-codes/
 */
const CODES: ReadonlyMap<number, Meaning> = new Map([
  [18, WRONG_LOGIN],
  [13, NO_PRIVILEGE],
  [166, VIEW],
  [61, SHARDED],
  [10107, NOT_PRIMARY],
  [13435, NOT_PRIMARY],
  [11602, STEPPED_DOWN],
  [189, STEPPED_DOWN],
  [91, SHUTTING_DOWN],
  [11600, SHUTTING_DOWN],
  [
    371,
    [
      'MONGO_WRITES_BLOCKED',
      'configuration',
      'it blocks the writes of all users: wait for the migration that asks for it, or free space, or call setUserWriteBlockMode',
    ],
  ],
  [14031, ['MONGO_DISK_FULL', 'configuration', 'its disk is full: free space on it']],
  [50, ['MONGO_TIMEOUT', 'transient', 'the operation ran out of time']],
  [64, ['MONGO_TIMEOUT', 'transient', 'the write was not confirmed in time']],
  [112, ['MONGO_CONFLICT', 'transient', 'two writes conflicted']],
]);

/** Atlas proxies use this code for all refusals; only the message shows the cause. */
const ATLAS_ERROR = 8000;
const ATLAS: readonly (readonly [RegExp, Meaning])[] = [
  [/bad auth|authentication failed/i, WRONG_LOGIN],
  [/not allowed to do action|not authorized|unauthorized/i, NO_PRIVILEGE],
  [/space quota/i, STORAGE_FULL],
];

/**
 * FerretDB answers InternalError while it has no connection to its PostgreSQL; only the message shows the
 * cause.
 */
const INTERNAL_ERROR = 1;
const NO_POSTGRESQL =
  /failed to connect to `|unexpected EOF|^terminating connection|the database system is|too many clients|(conn|connection) (closed|reset)/;
const POSTGRESQL_GONE: Meaning = [
  'MONGO_UNAVAILABLE',
  'transient',
  'FerretDB has no connection to its PostgreSQL: check that it is running',
];

/** Codes that refuse one document for its content; its neighbors are fine. */
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

/**
 * Driver errors, besides MongoNetworkError and its subclasses, that mean the server could not be reached.
 * They are matched by name, because not all classes are exported.
 */
const UNREACHABLE =
  /^Mongo(ServerSelection|TopologyClosed|NotConnected|PoolClosed|WaitQueueTimeout|OperationTimeout|ExpiredSession|ServerClosed|StalePrimary|ClientClosed)Error$/;

/** Labels by which a server says that the command may be sent again. */
const PASSES = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError'];

/** Whether a record was refused for its content. It becomes a dead letter, and the others continue. */
export function isContentCode(code: number): boolean {
  return CONTENT_CODES.has(code);
}

/** For the `catch` of a driver's promise. @throws SyncError as mongoError. */
export function throwMongoError(error: unknown): never {
  throw mongoError(error);
}

/**
 * Converts any error of the driver to a SyncError with a code, a class and the remedy. Neither its message nor that of its cause
 * contains documents: a log shows both.
 */
export function mongoError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const errorOf = (code: string, errorClass: ErrorClass, message: string) =>
    new SyncError(code, errorClass, message, { cause: withoutDocuments(error) });
  for (const each of withCauses(error)) {
    const meaning = meaningOf(each);
    if (meaning) return errorOf(meaning[0], meaning[1], `MongoDB: ${meaning[2]}`);
  }
  const trouble = mongoConnectionTrouble(error);
  if (trouble) return errorOf(trouble.code, trouble.errorClass, trouble.message);
  const name = error instanceof Error ? error.name : '';
  if (
    error instanceof MongoNetworkError ||
    isUnansweredBulk(error) ||
    UNREACHABLE.test(name) ||
    PASSES.some((label) => hasLabel(error, label))
  ) {
    const { code, errorClass, message } = mongoUnavailable();
    return errorOf(code, errorClass, message);
  }
  return unknownError(error, name, numericCode(error));
}

/** The server's error without quoted data: the error of a missing privilege ends with the whole command. */
function withoutDocuments(error: unknown): unknown {
  if (!(error instanceof MongoServerError)) return error;
  const [words = ''] = /^[^{['"`:]{0,100}/.exec(error.message) ?? [];
  const { name, code } = error;
  return Object.assign(new Error(words.trim()), { name, code });
}

/**
 * Whether a bulk write got no answer. The driver then wraps the network error, but drops its class and cause.
 */
function isUnansweredBulk(error: unknown): boolean {
  return (
    error instanceof MongoBulkWriteError &&
    error.code === undefined &&
    [error.writeErrors].flat().length === 0
  );
}

/** The meaning of an error of the server, or of the driver itself. */
function meaningOf(error: Error): Meaning | undefined {
  const code = numericCode(error);
  if (code === 13 && /requires authentication|not authenticated/i.test(error.message)) return NO_LOGIN;
  if (code === 18 && /mechanism|X509/i.test(error.message)) return WRONG_MECHANISM;
  if (code === INTERNAL_ERROR && NO_POSTGRESQL.test(error.message)) return POSTGRESQL_GONE;
  if (code === ATLAS_ERROR) return ATLAS.find(([words]) => words.test(error.message))?.[1];
  if (code !== undefined)
    return (
      CODES.get(code) ??
      (TRANSIENT_CODES.has(code)
        ? ['MONGO_UNAVAILABLE', 'transient', `it cannot do this now, code ${code}`]
        : undefined)
    );
  if (error.name === 'MongoMissingDependencyError') return missingModule(error);
  return error.name === 'MongoCompatibilityError' ? INCOMPATIBLE : undefined;
}

function missingModule({ message }: Error): Meaning {
  const name = /module `([^`]+)`/.exec(message)?.[1] ?? 'an optional module';
  return [
    'MONGO_DRIVER',
    'configuration',
    `the driver needs the module ${name}, which is not installed: name another authMechanism or compressor in MONGO_URI`,
  ];
}

/** The server's message can quote documents, so only its name and code are kept. */
function unknownError(error: unknown, name: string, code: number | undefined): SyncError {
  const codeName = error instanceof Error && 'codeName' in error ? ` ${String(error.codeName)}` : '';
  const what = `${name || 'an error'}${code === undefined ? '' : ` ${code}`}${codeName}`;
  const cause = code === undefined ? { cause: error } : {};
  const message = `MongoDB: unknown error (${what}): check the log, and report it`;
  return new SyncError('MONGO_UNKNOWN', 'unknown', message, cause);
}

function numericCode(error: unknown): number | undefined {
  const { code, message } = membersOf(error);
  return typeof code === 'number' ? mongoCode(code, String(message)) : undefined;
}

function hasLabel(error: unknown, label: string): boolean {
  return isObject(error) && typeof error.hasErrorLabel === 'function' && error.hasErrorLabel(label) === true;
}

/**
 * Codes of transient errors, of a record or of a whole command: a retry may succeed.
 * Source: https://www.mongodb.com/docs/manual/reference/error-codes/ and the driver's retryable codes.
 */
const TRANSIENT_CODES: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: the cursor was of a server before an election or a restart
  46, // LockBusy
  50, // MaxTimeMSExpired
  63, // StaleShardVersion
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  117, // ConflictingOperationInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  145, // PooledConnectionsDropped
  150, // StaleEpoch
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  211, // KeyNotFound: the keys that sign cluster times are not there yet, after an election
  216, // ElectionInProgress
  237, // CursorKilled
  249, // StaleDbVersion
  262, // ExceededTimeLimit
  264, // TooManyFilesOpen
  279, // ClientDisconnect
  314, // ObjectIsBusy
  317, // ConnectionPoolExpired
  355, // InterruptedDueToStorageChange
  365, // TemporarilyUnavailable
  384, // ConnectionError
  391, // the login has expired: the driver renews it
  402, // ResourceExhausted
  406, // MigrationBlockingOperationCoordinatorCleaningUp
  407, // PooledConnectionAcquisitionExceededTimeLimit
  412, // UpdatesStillPending
  433, // AdmissionQueueOverflow
  449, // RateLimitExceeded
  450, // PooledConnectionAcquisitionRejected
  453, // InterruptedDueToReshardingCriticalSection
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  16500, // Azure Cosmos DB: too many requests
  46841, // ClientMarkedKilled
  91331, // a remote command failed, and can be sent again
  10045600, // InterruptedDueToFCVChange
]);
