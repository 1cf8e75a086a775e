import { Buffer } from 'node:buffer';
import { BSON, type Document } from 'mongodb';

const [DOUBLE, STRING, DOCUMENT, LIST, BOOLEAN, DATE, NULL, INT32, INT64] = [
  0x01, 0x02, 0x03, 0x04, 0x08, 0x09, 0x0a, 0x10, 0x12,
];
const TWO_TO_32 = 0x1_0000_0000;
/** Maximum number of cached names. The fleet's own documents have fewer. */
const MOST_NAMES = 1000;

/**
 * Decodes the fleet's documents, which hold few types, in a quarter of the driver's time. Other documents are
 * left to the driver.
 * Source: https://bsonspec.org/spec.html
 */
export class PlainBson {
  /** Cached names, by a hash of their bytes: most documents have the same names as the one before. */
  readonly #names = new Map<number, string>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /**
   * @param only the fields to read; without it, all. A document with values of other types is always read
   * whole.
   */
  read(bytes: Uint8Array, only?: ReadonlySet<string>): Document {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    return this.#document(only) ?? BSON.deserialize(bytes);
  }

  /** `undefined` if the document holds other types. */
  #document(only?: ReadonlySet<string>): Document | undefined {
    const document: Document = {};
    this.#at += 4;
    for (let kind = this.#kind(); kind !== 0; kind = this.#kind()) {
      const name = this.#name();
      if (only?.has(name) === false) {
        const length = this.#lengthOf(kind);
        if (length === undefined) return undefined;
        this.#at += length;
        continue;
      }
      const value = this.#value(kind);
      if (value === undefined || name === '__proto__') return undefined;
      document[name] = value;
    }
    return document;
  }

  #list(): unknown[] | undefined {
    const list: unknown[] = [];
    this.#at += 4;
    for (let kind = this.#kind(); kind !== 0; kind = this.#kind()) {
      while (this.#bytes[this.#at++] !== 0); // the index
      const value = this.#value(kind);
      if (value === undefined) return undefined;
      list.push(value);
    }
    return list;
  }

  #value(kind: number): unknown {
    const bytes = this.#bytes;
    const from = this.#at;
    switch (kind) {
      case STRING: {
        const length = bytes.readInt32LE(from);
        this.#at = from + 4 + length;
        return bytes.toString('utf8', from + 4, this.#at - 1);
      }
      case INT32:
        this.#at = from + 4;
        return bytes.readInt32LE(from);
      case DATE:
        this.#at = from + 8;
        return new Date(this.#int64(from));
      case NULL:
        return null;
      case DOUBLE:
        this.#at = from + 8;
        return bytes.readDoubleLE(from);
      case BOOLEAN:
        this.#at = from + 1;
        return bytes[from] === 1;
      case DOCUMENT:
        return this.#document();
      case LIST:
        return this.#list();
      case INT64: {
        this.#at = from + 8;
        const number = this.#int64(from);
        return Number.isSafeInteger(number) ? number : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The size of a value in bytes; `undefined` for other types. */
  #lengthOf(kind: number): number | undefined {
    switch (kind) {
      case STRING:
        return 4 + this.#bytes.readInt32LE(this.#at);
      case DOCUMENT:
      case LIST:
        return this.#bytes.readInt32LE(this.#at);
      case DATE:
      case DOUBLE:
      case INT64:
        return 8;
      case INT32:
        return 4;
      case BOOLEAN:
        return 1;
      case NULL:
        return 0;
      default:
        return undefined;
    }
  }

  #kind(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  #int64(at: number): number {
    return this.#bytes.readInt32LE(at + 4) * TWO_TO_32 + this.#bytes.readUInt32LE(at);
  }

  #name(): string {
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    let hash = 0;
    for (let byte = bytes[at] ?? 0; byte !== 0; byte = bytes[++at] ?? 0) hash = (hash * 31 + byte) | 0;
    this.#at = at + 1;
    const known = this.#names.get(hash);
    if (known !== undefined && this.#isAt(known, from, at)) return known;
    const name = bytes.toString('utf8', from, at);
    if (this.#names.size < MOST_NAMES) this.#names.set(hash, name);
    return name;
  }

  #isAt(name: string, from: number, to: number): boolean {
    if (name.length !== to - from) return false;
    for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== this.#bytes[from + i]) return false;
    return true;
  }
}
