/**
 * MongoDB's codes by SQLSTATE. In errors about single documents, FerretDB 2 reports the SQLSTATE of
 * PostgreSQL, or of its extension DocumentDB.
 * Source: https://github.com/documentdb/documentdb/blob/main/error_mappings.csv and
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES: Readonly<Record<string, number>> = {
  M0001: 2, // BadValue
  M0003: 9, // FailedToParse
  M000G: 52, // DollarPrefixedFieldName
  M000J: 56, // EmptyFieldName
  M000K: 57, // DottedFieldName
  M001B: 10334, // BSONObjectTooLarge
  M001C: 11000, // DuplicateKey
  M003A: 17419, // the document after the update is too large
  M00CO: 121, // DocumentValidationFailure
  M00DP: 15998, // overflow of nesting
  M00DS: 55, // InvalidDBRef
  '40001': 112, // WriteConflict
  '40P01': 112, // a deadlock
  '57P01': 91, // ShutdownInProgress
  '57P02': 91,
  '57P03': 91,
};

/**
 * An SQLSTATE as a number has six bits for each of its five characters. All are above any code of MongoDB.
 */
const CODES: ReadonlyMap<number, number> = new Map(
  Object.entries(SQL_STATES).map(([state, code]) => [
    [...state].reduce((sum, character, i) => sum + (character.charCodeAt(0) - 48) * 64 ** i, 0),
    code,
  ]),
);

/**
 * Codes that say nothing of the cause: InternalError, UnknownError (of which mongod makes the errors of its
 * storage), and PostgreSQL's disk_full (53100), which is a low number.
 */
const ANY_CAUSE: ReadonlySet<number> = new Set([1, 8, 4293]);
const NO_SPACE = /\bNo space left on device\b/;
const OUT_OF_DISK_SPACE = 14031;

/**
 * Converts the code of a server's error to MongoDB's code.
 * @param message the server's words: they tell a full disk where the code does not.
 */
export function mongoCode(code: number, message = ''): number {
  if (ANY_CAUSE.has(code) && NO_SPACE.test(message)) return OUT_OF_DISK_SPACE;
  return CODES.get(code) ?? code;
}
