import { counted } from '@redis-to-mongo/terminal';
import type { KeyListSources, Which } from './key-list.js';

/** How many a list has. */
export interface ListSize {
  readonly count: number;
  /** It has more than that: they were not counted further. */
  readonly isMore: boolean;
  /** An estimate. */
  readonly isAbout?: boolean;
}

/** Counting ends here: of a longer list it is reported that there are more. */
export const MOST_COUNTED = 10_000;

/** The size of a list of keys, estimated where it is long; `undefined` where names are tested one by one, and few fit. */
export async function keyListSize(
  { estimateKeys, countKeys }: Pick<KeyListSources, 'countKeys' | 'estimateKeys'>,
  which: Which,
): Promise<ListSize | undefined> {
  const about = await estimateKeys?.(which);
  if (about !== undefined) return { count: rounded(about), isMore: false, isAbout: true };
  if (which.name?.test) return undefined;
  const count = await countKeys(which, MOST_COUNTED + 1);
  return isAll(which) ? { count, isMore: false } : countedTo(count);
}

/** The size of what was counted up to one more than MOST_COUNTED. */
export function countedTo(count: number): ListSize {
  return { count: Math.min(count, MOST_COUNTED), isMore: count > MOST_COUNTED };
}

/** About 200,000 keys. */
export function sizeText({ count, isMore, isAbout }: ListSize, one: string, many: string): string {
  return `${isAbout ? 'about ' : isMore ? 'more than ' : ''}${counted(count, one, many)}`;
}

/** To two digits: an estimate is no better. */
function rounded(keys: number): number {
  return Number(keys.toPrecision(2));
}

/** All keys are counted whatever their number: MongoDB knows it. */
function isAll({ name, keyType, condition }: Which): boolean {
  return name === undefined && keyType === undefined && condition === undefined;
}
