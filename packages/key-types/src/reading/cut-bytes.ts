import type { Item } from '../contract/value-type.js';

/** The size of a part of a value that is one run of bytes. */
export const PART_BYTES = 1024 * 1024;

/** The parts of a run of bytes, in order; none if it is empty. */
export function cutBytes(bytes: Buffer): readonly Item[] {
  const parts: Item[] = [];
  for (let from = 0; from < bytes.length; from += PART_BYTES)
    parts.push([bytes.subarray(from, from + PART_BYTES)]);
  return parts;
}
