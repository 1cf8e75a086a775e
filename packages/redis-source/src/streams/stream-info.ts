import { digestOf } from './entry-digest.js';

/**
 * The fields of `XINFO STREAM` that the fleet needs. Source:
 * https://redis.io/docs/latest/commands/xinfo-stream/
 */
export interface StreamInfo {
  readonly length: number;
  readonly lastId: string;
  /**
   * Entries ever added; `undefined` before Redis 7.0, and if `XSETID` has set a count that a number can't hold
   * exactly (2^53 and above).
   */
  readonly added: number | undefined;
  /** The highest id removed by XDEL; a trim does not show here. `undefined` before Redis 7.0. */
  readonly maxDeletedId: string | undefined;
  /** The id of the first entry; `undefined` for an empty stream. */
  readonly firstId: string | undefined;
  /** The id of the last entry; `undefined` for an empty stream. */
  readonly lastEntryId: string | undefined;
  /**
   * The fingerprint of the first entry, see digestOf; `undefined` if it is not all text, because this reply
   * is read as text.
   */
  readonly firstDigest: string | undefined;
  /** Number of consumer groups. */
  readonly groups: number;
}

/**
 * Parses the reply of `XINFO STREAM`.
 * @throws TypeError if the reply does not have the documented form.
 */
export function parseStreamInfo(reply: unknown): StreamInfo {
  if (!Array.isArray(reply)) throw new TypeError('XINFO STREAM: the reply is not a list');
  const fields = new Map<string, unknown>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), reply[i + 1]);
  const [first, last] = [fields.get('first-entry'), fields.get('last-entry')];
  const added = fields.get('entries-added');
  const maxDeleted = fields.get('max-deleted-entry-id');
  return {
    length: numberOf(fields.get('length'), 'length'),
    lastId: String(fields.get('last-generated-id')),
    added: Number.isSafeInteger(Number(added)) ? Number(added) : undefined,
    maxDeletedId: maxDeleted === undefined ? undefined : String(maxDeleted),
    firstId: Array.isArray(first) ? String(first[0]) : undefined,
    lastEntryId: Array.isArray(last) ? String(last[0]) : undefined,
    firstDigest: Array.isArray(first) ? digestOfText(first) : undefined,
    groups: Number(fields.get('groups') ?? 0),
  };
}

function digestOfText([id, flat]: readonly unknown[]): string | undefined {
  if (!Array.isArray(flat)) return undefined;
  const texts = flat.map(String);
  return texts.some((text) => text.includes('\ufffd')) ? undefined : digestOf([String(id), texts]);
}

/**
 * The sizes of the first and the last entry in a reply of XINFO STREAM, in bytes; none for an empty stream.
 */
export function entrySizes(reply: unknown): number[] {
  if (!Array.isArray(reply)) return [];
  return [reply.indexOf('first-entry'), reply.indexOf('last-entry')].flatMap((at) => {
    const entry: unknown = at < 0 ? undefined : reply[at + 1];
    const flat: unknown = Array.isArray(entry) ? entry[1] : undefined;
    if (!Array.isArray(flat)) return [];
    return [
      flat.reduce((sum: number, item: unknown) => sum + (typeof item === 'string' ? item.length : 0), 150),
    ];
  });
}

function numberOf(value: unknown, field: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new TypeError(`XINFO STREAM: ${field} is not a whole number`);
  return number;
}
