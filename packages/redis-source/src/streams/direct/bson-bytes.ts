import { Buffer, isUtf8 } from 'node:buffer';
import type { EntryCursor } from './entry-cursor.js';

/** Types of BSON's elements. Source: https://bsonspec.org/spec.html */
const STRING = 0x02;
export const DOCUMENT = 0x03;
export const LIST = 0x04;
const BINARY = 0x05;
export const DATE = 0x09;
export const NULL = 0x0a;
export const INT32 = 0x10;

/** From this number of bytes on, a native copy is faster than a loop. */
const LONG = 80;
/** The digit 0. */
export const ZERO = 0x30;

/** Writes the field whose name is the entry's item `i` as an element; returns the index after it. */
export function writeField(
  to: Buffer,
  start: number,
  source: Buffer,
  { spans }: EntryCursor,
  i: number,
  areTexts: boolean,
): number {
  const from = spans[2 * i + 2] ?? 0;
  const end = spans[2 * i + 3] ?? 0;
  const isText = areTexts || isUtf8(source.subarray(from, end));
  to[start] = isText ? STRING : BINARY;
  const at = copy(to, start + 1, source, spans[2 * i] ?? 0, spans[2 * i + 1] ?? 0);
  to[at] = 0;
  return writeValue(to, at + 1, source, from, end, isText);
}

/** Writes all fields of an entry as consecutive elements; returns the index after them. */
export function writeAllFields(
  to: Buffer,
  start: number,
  source: Buffer,
  items: number,
  spans: EntryCursor['spans'],
  areTexts: boolean,
): number {
  let at = start;
  for (let i = 0; i < items; i += 2) {
    const from = spans[2 * i + 2] ?? 0;
    const end = spans[2 * i + 3] ?? 0;
    const isText = areTexts || isUtf8(source.subarray(from, end));
    to[at++] = isText ? STRING : BINARY;
    at = copy(to, at, source, spans[2 * i] ?? 0, spans[2 * i + 1] ?? 0);
    to[at++] = 0;
    at = writeValue(to, at, source, from, end, isText);
  }
  return at;
}

/**
 * Writes an item of an entry (a name or a value) as an element of a list; returns the index after it.
 * @param place below 10.
 */
export function writeListItem(
  to: Buffer,
  start: number,
  place: number,
  source: Buffer,
  spans: EntryCursor['spans'],
  item: number,
  areTexts: boolean,
): number {
  const from = spans[2 * item] ?? 0;
  const end = spans[2 * item + 1] ?? 0;
  const isText = areTexts || isUtf8(source.subarray(from, end));
  to[start] = isText ? STRING : BINARY;
  to[start + 1] = ZERO + place;
  to[start + 2] = 0;
  return writeValue(to, start + 3, source, from, end, isText);
}

/** Writes the length and the bytes of a string or a binary; returns the index after them. */
function writeValue(
  to: Buffer,
  at: number,
  source: Buffer,
  from: number,
  end: number,
  isText: boolean,
): number {
  const next = writeInt32(to, at, isText ? end - from + 1 : end - from);
  if (!isText) to[next] = 0; // the subtype: generic
  const last = copy(to, isText ? next : next + 1, source, from, end);
  if (isText) to[last] = 0;
  return isText ? last + 1 : last;
}

function copy(to: Buffer, at: number, source: Buffer, from: number, end: number): number {
  const length = end - from;
  if (length >= LONG) source.copy(to, at, from, end);
  else for (let i = 0; i < length; i++) to[at + i] = source[from + i] ?? 0;
  return at + length;
}

export function writeInt32(to: Buffer, at: number, value: number): number {
  to[at] = value;
  to[at + 1] = value >> 8;
  to[at + 2] = value >> 16;
  to[at + 3] = value >> 24;
  return at + 4;
}

/** An element that holds a string, with its type and name. */
export function element(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(Buffer.byteLength(value) + 1);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), length, Buffer.from(`${value}\0`)]);
}
