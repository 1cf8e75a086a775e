import { SyncError } from '@redis-to-mongo/pipeline';

/**
 * Parses the result of `cmsgpack.pack` for a Lua value of lists, strings, whole numbers, true, false and nil.
 * Strings are views of `bytes`, not copies.
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 * @throws SyncError REDIS_REPLY for anything else.
 */
export function unpackMessage(bytes: Buffer): unknown {
  return new Unpacker(bytes).next();
}

class Unpacker {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  next(): unknown {
    const kind = this.bytes[this.#at++] ?? -1;
    if (kind < 0) throw unexpected();
    if (kind <= 0x7f) return kind;
    if (kind >= 0xe0) return kind - 0x100;
    if (kind >= 0xa0 && kind <= 0xbf) return this.#string(kind & 0x1f);
    if (kind >= 0x90 && kind <= 0x9f) return this.#list(kind & 0x0f);
    switch (kind) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (kind - 0xcc));
      case 0xcf:
        return this.#unsigned(4) * 2 ** 32 + this.#unsigned(4);
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#signed(1 << (kind - 0xd0));
      case 0xd3:
        return this.#signed(4) * 2 ** 32 + this.#unsigned(4);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#unsigned(1 << (kind - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#unsigned(2 << (kind - 0xdc)));
      default:
        throw unexpected();
    }
  }

  #string(length: number): Buffer {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.bytes.length) throw unexpected();
    return this.bytes.subarray(from, this.#at);
  }

  #list(length: number): unknown[] {
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(this.next());
    return list;
  }

  #unsigned(size: number): number {
    const number = this.bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return number;
  }

  #signed(size: number): number {
    const number = this.bytes.readIntBE(this.#at, size);
    this.#at += size;
    return number;
  }
}

function unexpected(): SyncError {
  return new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: the reply is not what the script answers');
}
