import { type Item, valueType } from '@redis-to-mongo/key-types';
import { type MirroredValue, readLastValue } from '@redis-to-mongo/mongo-sink';
import { type KeyState, type KeyType, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import type { Database, RedisClient } from '../clients.js';
import { endKey, NEVER, partPages, requireKept, type SmallKey, sendPart, type Written } from './send-all.js';

/**
 * Writes a value's last state and its expiry time into another Redis, which must not have the key. The state may come from a
 * dead letter. Fields that a rule renamed or parsed are restored in their original form.
 * @param isPartial restores a hash without the fields that a rule left out, and a large value without its refused items.
 * @param key the name to write it under; default: its own.
 * @returns the items written (pieces, for a string or JSON text), and when all of them expire; `undefined` if MongoDB has no
 * such value.
 * @throws SyncError RESTORE_INCOMPLETE if items were left out or refused and `isPartial` is not set; MIRROR_DAMAGED if other
 * items are missing; VALUE_REFUSED if MongoDB has only an earlier state; RESTORE_LOST; else as redisError and mongoError.
 */
export async function restoreValue(
  target: RedisClient,
  db: Database,
  keyType: KeyType,
  state: KeyState,
  isPartial: boolean,
  key = keyBytes(state.key),
): Promise<Written | undefined> {
  const value = await readLastValue(db, keyType, state);
  if (!value?.active) return undefined;
  if (!value.hasItems)
    throw new SyncError('VALUE_REFUSED', 'unknown', 'MongoDB refused its last state: see dead-letters list');
  if (value.left > 0 && !isPartial) throw incomplete(`a rule left out ${value.left} of its fields`);
  let count = 0;
  let bytes = 0;
  const expiring = new ExpiringItems();
  const { isWhole = false, commands, expiresAt } = valueType(keyType).restore;
  for await (const items of partPages(value.items(), isWhole)) {
    await sendPart(target, key, commands(key, items));
    count += items.length;
    bytes += valueBytes(items);
    for (const item of items) expiring.add(expiresAt?.(item) ?? NEVER);
  }
  const { size } = valueType(keyType).source;
  const given = size?.of === 'bytes' ? bytes : count;
  if (size) requireWhole(value, given, state.counts.dead > 0, isPartial);
  // Otherwise the missing key would count as expired, and the key that it replaces would be removed.
  if (count === 0 && Number(value.size) > 0)
    throw new SyncError('RESTORE_INCOMPLETE', 'unknown', 'MongoDB has none of its parts');
  if (size && 'command' in size)
    await requireKept(target, [size.command, key], given, expiring.first, given - expiring.count);
  await endKey(target, key, value.expiresAt);
  return { items: count, endsAt: Math.min(value.expiresAt?.getTime() ?? NEVER, expiring.lastOf(count)) };
}

/**
 * The commands that write a whole small value: see restoreValue.
 * @returns `undefined` for a value that is to be written alone: restoreValue says why, or writes it page by page.
 */
export async function smallValue(
  key: Buffer,
  keyType: KeyType,
  value: MirroredValue,
): Promise<SmallKey | undefined> {
  if (!value.active || value.isLarge || value.left > 0) return undefined;
  const { restore, source } = valueType(keyType);
  const pages = partPages(value.items());
  const { value: items = [] }: { value?: readonly Item[] } = await pages.next();
  if (!(await pages.next()).done) return undefined;
  if (items.some((item) => (restore.expiresAt?.(item) ?? NEVER) < NEVER)) return undefined;
  const size = source.size?.of === 'bytes' ? valueBytes(items) : items.length;
  if (items.length === 0 || (source.size && Number(value.size) > size)) return undefined;
  const sizeCommand = source.size && 'command' in source.size ? source.size.command : undefined;
  const commands = restore.commands(key, items);
  return { commands, sizeCommand, size, items: items.length, expiresAt: value.expiresAt };
}

/** The bytes of a string's or a JSON text's pieces. */
function valueBytes(items: readonly Item[]): number {
  return items.reduce((sum, [piece]) => sum + (piece?.length ?? 0), 0);
}

/** Counts the items that expire, and records when the first and the last of them do, in ms since 1970. */
class ExpiringItems {
  count = 0;
  first = NEVER;
  #last = 0;

  add(expiresAt: number): void {
    if (expiresAt === NEVER) return;
    this.count++;
    this.first = Math.min(this.first, expiresAt);
    this.#last = Math.max(this.#last, expiresAt);
  }

  /** Returns when the last of `all` items expires; NEVER if one of them stays. */
  lastOf(all: number): number {
    return this.count > 0 && this.count === all ? this.#last : NEVER;
  }
}

/** @throws SyncError if fewer parts were restored than the value's size, not counting parts that a rule left out. */
function requireWhole(
  { size, left }: MirroredValue,
  given: number,
  hasLetters: boolean,
  isPartial: boolean,
): void {
  const lacking = Number(size) - left - given;
  if (!(lacking > 0)) return;
  if (!hasLetters) throw new SyncError('MIRROR_DAMAGED', 'unknown', `${lacking} of its parts are lacking`);
  if (!isPartial) throw incomplete(`MongoDB refused ${lacking} of its parts (dead-letters list)`);
}

function incomplete(why: string): SyncError {
  return new SyncError(
    'RESTORE_INCOMPLETE',
    'unknown',
    `${why}, and MongoDB does not have them: add --partial to restore the others`,
  );
}
