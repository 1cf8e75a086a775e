import type { KeyRow } from './key-list.js';
import { keyStatus } from './key-status.js';

/** The columns of an exported list of keys. */
export const KEY_COLUMNS = [
  'key',
  'keyType',
  'stream',
  'type',
  'status',
  'lag',
  'position',
  'seen',
  'written',
  'alreadyThere',
  'dead',
  'gap',
  'incarnation',
  'lastChangedAt',
  'lastSyncedAt',
  'error',
] as const;

/** A key as it stands in an exported list. */
export function exportedKey(key: KeyRow['key']) {
  const { keyType, stream, type, lag, entryId, seen, written, alreadyThere, dead, gap, incarnation } = key;
  const time = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    key: key.key,
    keyType,
    stream,
    type,
    status: keyStatus(key),
    lag,
    position: entryId,
    seen,
    written,
    alreadyThere,
    dead,
    gap,
    incarnation,
    lastChangedAt: time(key.lastChangedAt),
    lastSyncedAt: time(key.lastSyncedAt),
    error: key.error?.code,
  } satisfies Record<(typeof KEY_COLUMNS)[number], unknown>;
}
