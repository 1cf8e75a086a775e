import { isObject } from '@redis-to-mongo/pipeline';
import type { Item, StoredDocument } from '../contract/value-type.js';

/** The bytes of an item's part; empty if it is missing. */
export function partOf(part: Buffer | undefined): Buffer {
  return part ?? Buffer.alloc(0);
}

/** Joins all parts of a value that is one run of bytes. A single part, the usual case, is not copied. */
export function joined(items: readonly Item[]): Buffer {
  const [[only] = []] = items;
  if (only && items.length === 1 && items[0]?.length === 1) return only;
  return Buffer.concat(items.flatMap(([part]) => part ?? []));
}

/** @throws TypeError if it is not a list. */
export function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('a value’s document has no list where it should');
}

/** @throws TypeError if it is not a list of documents. */
export function documentsIn(value: unknown): readonly StoredDocument[] {
  return listIn(value).map((each) => {
    if (isObject(each)) return { ...each };
    throw new TypeError('a value’s document has something else where it should have documents');
  });
}
