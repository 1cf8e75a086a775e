import { behindMs } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { keysIn } from '../database/stored.js';
import { CONDITIONS } from '../keys/key-lists.js';

/** The lag of the mirror, as of each key's last sync. */
export interface FleetLag {
  /** Entries left in Redis, of all keys. */
  readonly entries: number;
  /** The longest that a key is behind, in ms: see behindMs. */
  readonly ms: number;
  /** Keys that are behind. */
  readonly keys: number;
  /** Those with the most entries left, the most first. */
  readonly worst: readonly { readonly key: string; readonly entries: number }[];
}

/**
 * Reads the keys that are behind, by an index that holds no others.
 * @param most keys in `worst`.
 * @throws SyncError as mongoError.
 */
export async function readLag(db: Db, most: number): Promise<FleetLag> {
  const lag = { entries: 0, ms: 0, keys: 0 };
  let worst: { key: string; entries: number }[] = [];
  return await connected(db, async () => {
    const behind = keysIn(db).find(CONDITIONS.behind, {
      projection: { lag: 1, 'position.entryId': 1 },
      batchSize: 5000,
    });
    const now = Date.now();
    for await (const { _id, lag: left, position } of behind) {
      const entries = Number(left);
      lag.keys++;
      lag.entries += entries;
      lag.ms = Math.max(lag.ms, behindMs(String(position?.entryId ?? ''), now) ?? 0);
      if (worst.length === most && entries <= (worst.at(-1)?.entries ?? 0)) continue;
      worst = [...worst, { key: _id, entries }].sort((a, b) => b.entries - a.entries).slice(0, most);
    }
    return { ...lag, worst };
  });
}
