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

/** Converts the code of a server's error to MongoDB's code. */
export function mongoCode(code: number): number {
  return CODES.get(code) ?? code;
}
