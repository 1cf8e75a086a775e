/** MongoDB's names of the refusals that are met most. Source: src/mongo/base/error_codes.yml of mongodb/mongo */
const NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'BadValue'],
  [14, 'TypeMismatch'],
  [22, 'InvalidBSON'],
  [56, 'EmptyFieldName'],
  [121, 'DocumentValidationFailure'],
  [10334, 'BSONObjectTooLarge'],
  [11000, 'DuplicateKey'],
  [17280, 'KeyTooLong'],
]);

/** A refusal for people: its code, and its name where that is known. The server's own words can quote values. */
export function refusalName(code: number): string {
  const name = NAMES.get(code);
  return name === undefined ? String(code) : `${code} ${name}`;
}
