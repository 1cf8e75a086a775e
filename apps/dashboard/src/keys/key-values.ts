import type { Config } from '@redis-to-mongo/config';
import { explainSample, type SampleDocument } from '@redis-to-mongo/operations';
import type { KeyState } from '@redis-to-mongo/pipeline';
import { type Excerpt, readExcerpt } from '@redis-to-mongo/verify';
import { codeOf, inTime } from '../in-time.js';

/** A part that can't be read now, with the error code. */
export interface Unread {
  readonly code: string;
}

/** The content of a key, for users who may see it. */
export interface KeyValues {
  readonly excerpt: Excerpt | Unread;
  /** The document that its rule would create now; null if there is nothing to write. */
  readonly sample: SampleDocument | Unread | null;
}

/** Reads what a key holds on both sides. Does not throw. */
export type ReadKeyValues = (state: KeyState) => Promise<KeyValues>;

/** Time for each of the two readings, in ms. */
const PATIENCE_MS = 3_000;

/** @param patienceMs time limit for each of the two reads, in ms. A late one is reported with the code SERVERS_TIMEOUT. */
export function keyValuesReader(
  config: Config,
  sides: Parameters<typeof readExcerpt>[0],
  patienceMs = PATIENCE_MS,
): ReadKeyValues {
  return async (state) => {
    const { key, keyType } = state;
    const [excerpt, sample] = await Promise.all([
      unlessUnread(readExcerpt(sides, state, patienceMs), patienceMs),
      unlessUnread(explainSample(config, sides.redis, key, keyType, state), patienceMs),
    ]);
    return { excerpt, sample };
  };
}

async function unlessUnread<Value>(reading: Promise<Value>, patienceMs: number): Promise<Value | Unread> {
  return await inTime(reading, patienceMs, 'SERVERS_TIMEOUT').catch((error: unknown) => ({
    code: codeOf(error),
  }));
}
