import { createHash, hash } from 'node:crypto';
import { word } from '@redis-to-mongo/pipeline';
import type { Item } from './value-type.js';

const PRINT_BYTES = 16;

/** 16 bytes of SHA-256 that stand for an item; `index` goes in where the item's place is part of what it is. */
export function printOf(item: Item, index?: number): Buffer {
  const only = item[0];
  if (item.length === 1 && only && index === undefined) return short(hash('sha256', only, 'buffer'));
  const sha = createHash('sha256');
  if (index !== undefined) sha.update(`${index}:`);
  for (const buffer of item) sha.update(`${buffer.length}:`).update(buffer);
  return short(sha.digest());
}

/** The print of one of the parts that an item was cut into. */
export function partPrint(print: Buffer, part: number): Buffer {
  return short(createHash('sha256').update(print).update(`${part}`).digest());
}

function short(digest: Buffer): Buffer {
  return digest.subarray(0, PRINT_BYTES);
}

/** The sum of prints, 128 bits: the same for the same items in whatever order they come. */
export class PrintSum {
  readonly #lanes = new Uint32Array(4);

  add(print: Buffer): void {
    for (let i = 0; i < 4; i++) this.#lanes[i] = (this.#lanes[i] ?? 0) + word(print, 4 * i);
  }

  toString(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('');
  }
}
