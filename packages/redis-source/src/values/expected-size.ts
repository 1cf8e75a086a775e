import type { ValueType } from '@redis-to-mongo/key-types';
import type { ItemReader } from './item-reader.js';
import type { ValueSettings } from './value-options.js';
import type { ValuePosition } from './value-position.js';

/** The size of a value before it is read. */
export interface ExpectedSize {
  /** Number of items, or of bytes of a value that is one run of bytes. */
  readonly items: number;
  /** Whether the value is read whole, at one instant. Otherwise it is read in pages. */
  readonly isSmall: boolean;
  /** Number of bytes that its first reading reserves. */
  readonly reserved: number;
}

/** Approximate maximum number of bytes that Redis' memory has per item, besides its content. */
const OVERHEAD_BYTES = 200;
/** Number of bytes to reserve per item, if the size of items is not known; at least once. */
const GUESSED_ITEM_BYTES = 100;

/**
 * Asks for the size of a value. Its number of items does not limit its bytes, and items can have become larger
 * since the last reading: so the bytes of few items are asked for, too. If the user may not ask for them, the
 * last reading decides; without one, the value is read in pages.
 * @throws SyncError as redisError.
 */
export async function expectedSize(
  { source }: ValueType,
  { maxInlineBytes, maxInlineMembers }: ValueSettings,
  reader: ItemReader,
  key: Buffer,
  last: ValuePosition | undefined,
): Promise<ExpectedSize> {
  const items = (await reader.size(key)) ?? last?.items ?? 0;
  if (source.size?.of !== 'items') {
    const isSmall = !source.size || !source.pages || items <= maxInlineBytes;
    return { items, isSmall, reserved: Math.min(items, maxInlineBytes) + GUESSED_ITEM_BYTES };
  }
  const estimate = last && last.items > 0 ? Math.ceil((items * last.bytes) / last.items) : undefined;
  const isFew = items <= maxInlineMembers;
  const memory = isFew && items > 1 && source.pages ? await reader.memory(key) : undefined;
  const bytes = memory === undefined ? estimate : Math.max(0, memory - OVERHEAD_BYTES * items);
  return {
    items,
    isSmall: !source.pages || items <= 1 || (isFew && bytes !== undefined && bytes <= 2 * maxInlineBytes),
    reserved:
      Math.min(memory ?? estimate ?? GUESSED_ITEM_BYTES * items, 2 * maxInlineBytes) + GUESSED_ITEM_BYTES,
  };
}
