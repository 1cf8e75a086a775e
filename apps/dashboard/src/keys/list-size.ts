import { counted } from '@redis-to-mongo/terminal';
import type { KeyListSources, Which } from './key-list.js';

/** The size of a list. */
export interface ListSize {
  readonly count: number;
  /** The list is longer than `count`: counting stopped there. */
  readonly isMore: boolean;
  /** An estimate. */
  readonly isAbout?: boolean;
}

/** Counting stops here. A longer list is shown as having more. */
export const MOST_COUNTED = 10_000;

/** The size of a list of keys, estimated if it is long; `undefined` if names are tested one by one and few match. */
export async function keyListSize(
  { estimateKeys, countKeys }: Pick<KeyListSources, 'countKeys' | 'estimateKeys'>,
  which: Which,
): Promise<ListSize | undefined> {
  const about = await estimateKeys?.(which);
  // Two digits: the estimate is no more exact.
  if (about !== undefined) return { count: Number(about.toPrecision(2)), isMore: false, isAbout: true };
  if (which.name?.test) return undefined;
  const count = await countKeys(which, MOST_COUNTED + 1);
  return isAll(which) ? { count, isMore: false } : countedTo(count);
}

/** The size for a count that stopped at MOST_COUNTED + 1. */
export function countedTo(count: number): ListSize {
  return { count: Math.min(count, MOST_COUNTED), isMore: count > MOST_COUNTED };
}

/** About 200,000 keys. */
export function sizeText({ count, isMore, isAbout }: ListSize, one: string, many: string): string {
  return `${isAbout ? 'about ' : isMore ? 'more than ' : ''}${counted(count, one, many)}`;
}

/** Whether the list has all keys. MongoDB knows their number, so they are always counted. */
function isAll({ name, keyType, condition }: Which): boolean {
  return name === undefined && keyType === undefined && condition === undefined;
}
