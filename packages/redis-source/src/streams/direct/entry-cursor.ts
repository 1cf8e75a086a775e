import { SyncError } from '@redis-to-mongo/pipeline';

/*
 * The form of an XRANGE reply on the wire (RESP2).
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 *   *2\r\n                            the reply: a list of 2 entries
 *   *2\r\n                            an entry: its id, and the list of its names and values
 *     $15\r\n1700000000000-0\r\n        the id: its length in bytes, then the bytes
 *     *4\r\n                            a list of 4 items: names and values in turn
 *       $4\r\nitem\r\n
 *       $4\r\nbook\r\n
 *       $3\r\nqty\r\n
 *       $1\r\n2\r\n
 *   *2\r\n …                          the next entry
 *
 * The bytes arrive in pieces that end anywhere. An entry is found whole or not at all. If some of its bytes
 * have not arrived, `need` is the minimum number of bytes needed, and the search begins again at the entry's
 * start once they have arrived. Nothing is copied and no string is made: the results are offsets.
 */

const ARRAY = 0x2a; // *
const BULK = 0x24; // $
const ERROR = 0x2d; // -
const CR = 0x0d;
const ZERO = 0x30;

/** Length of the shortest item: `$0\r\n\r\n`. */
const LEAST_ITEM = 6;

/** Parses a reply in place, and reports positions in its bytes. */
export class EntryCursor {
  /** Start and end offsets of the entry's id. */
  idFrom = 0;
  idTo = 0;
  /** Number of names and values of the entry; always even. */
  items = 0;
  /** Start and end offsets of each item in turn; the first `2 * items` numbers are valid. */
  spans = new Int32Array(64);
  /** The offset after the last result. */
  at = 0;
  /** If nothing was found: the minimum number of bytes needed, counted from where the search began. */
  need = 0;
  /** The number in the last header. */
  #number = 0;

  /**
   * Finds the entry that begins at `from`.
   * @returns false if some of its bytes have not arrived; see `need`.
   * @throws SyncError REDIS_REPLY if the bytes are not an entry.
   */
  findEntry(bytes: Uint8Array, from: number): boolean {
    if (!this.#header(bytes, from, from, ARRAY)) return false;
    if (this.#number !== 2) throw badReply('an entry is not a pair of an id and its fields');
    if (!this.#header(bytes, this.at, from, BULK)) return false;
    this.idFrom = this.at;
    this.idTo = this.at + this.#number;
    if (!this.#header(bytes, this.idTo + 2, from, ARRAY)) return false;
    const items = this.#number;
    if (items < 0 || items % 2 !== 0) throw badReply('an entry has a name without a value');
    this.items = items;
    if (this.spans.length < 2 * items) this.spans = new Int32Array(4 * items);
    const { spans } = this;
    const end = bytes.length;
    let at = this.at;
    for (let i = 0; i < items; i++) {
      if (at + LEAST_ITEM > end) return this.#lacks(at + LEAST_ITEM * (items - i) - from);
      if (bytes[at] !== BULK) throw badReply('a name or value is not a string');
      let length = 0;
      let digit = bytes[++at] ?? CR;
      while (digit !== CR) {
        length = length * 10 + digit - ZERO;
        if (++at === end) return this.#lacks(at + 1 - from);
        digit = bytes[at] ?? CR;
      }
      at += 2;
      spans[2 * i] = at;
      at += length;
      spans[2 * i + 1] = at;
      at += 2;
      if (at > end) return this.#lacks(at + LEAST_ITEM * (items - i - 1) - from);
    }
    this.at = at;
    return true;
  }

  /**
   * Finds the header of a list.
   * @returns the number of elements that follow; -1 for a null list; `undefined` if the header has not
   * arrived. To check for an error in its place, use `isErrorAt`.
   */
  findList(bytes: Uint8Array, from: number): number | undefined {
    return this.#header(bytes, from, from, ARRAY) ? this.#number : undefined;
  }

  /** A header `<mark><number>\r\n`. */
  #header(bytes: Uint8Array, at: number, from: number, mark: number): boolean {
    const end = bytes.length;
    if (at >= end) return this.#lacks(at + 4 - from);
    if (bytes[at] !== mark) throw badReply('it is not what was asked for');
    let next = at + 1;
    const isNull = bytes[next] === ERROR;
    if (isNull) next++;
    let number = 0;
    while (next < end && bytes[next] !== CR) number = number * 10 + (bytes[next++] ?? 0) - ZERO;
    if (next + 2 > end) return this.#lacks(next + 2 - from);
    this.#number = isNull ? -1 : number;
    this.at = next + 2;
    return true;
  }

  #lacks(bytes: number): false {
    this.need = bytes;
    return false;
  }
}

/** A reply of any other kind, as ioredis would return it; an error is a value here. */
export type Reply = string | number | null | Error | readonly Reply[];

/**
 * Reads a whole reply, of whatever kind, as text.
 * @returns the reply and the offset after it; or, if some of it has not arrived, the minimum number of bytes
 * needed, counted from `from`.
 * @throws SyncError REDIS_REPLY if the bytes are not a reply.
 */
export function readReply(bytes: Buffer, from: number): { reply: Reply; end: number } | { need: number } {
  const lineEnd = bytes.indexOf('\r\n', from);
  if (lineEnd < 0) return { need: bytes.length - from + 1 };
  const line = bytes.toString('utf8', from + 1, lineEnd);
  const at = lineEnd + 2;
  switch (bytes[from]) {
    case 0x2b: // +
      return { reply: line, end: at };
    case ERROR:
      return { reply: Object.assign(new Error(line), { name: 'ReplyError' }), end: at };
    case 0x3a: // :
      return { reply: Number(line), end: at };
    case BULK: {
      const end = at + Number(line) + 2;
      if (Number(line) < 0) return { reply: null, end: at };
      return end > bytes.length ? { need: end - from } : { reply: bytes.toString('utf8', at, end - 2), end };
    }
    case ARRAY: {
      if (Number(line) < 0) return { reply: null, end: at };
      const list: Reply[] = [];
      let end = at;
      for (let i = 0; i < Number(line); i++) {
        const element = end < bytes.length ? readReply(bytes, end) : { need: 1 };
        if ('need' in element) return { need: end - from + element.need };
        list.push(element.reply);
        end = element.end;
      }
      return { reply: list, end };
    }
    default:
      throw badReply('it begins with no known mark');
  }
}

/** Whether a reply that has begun to arrive is an error. */
export function isErrorAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === ERROR;
}

/** @returns the error for bytes that violate the protocol. */
export function badReply(problem: string): SyncError {
  return new SyncError('REDIS_REPLY', 'unknown', `the reply of Redis cannot be read: ${problem}`);
}
