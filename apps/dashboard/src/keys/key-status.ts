import { type KeySummary, QUARANTINED } from '@redis-to-mongo/mongo-sink';
import { behindMs as ageOf } from '@redis-to-mongo/pipeline';

/** The state of a key, most important first. Exports have had the word `in step` since 0.2.0; pages show `in sync`. */
export type KeyStatus =
  | 'deleted'
  | 'paused'
  | 'quarantined'
  | 'failing'
  | 'catching up'
  | 'dead letters'
  | 'in step';

export function keyStatus(key: KeySummary): KeyStatus {
  if (key.status === 'deleted') return 'deleted';
  if (key.paused) return 'paused';
  if (key.error) return key.error.code === QUARANTINED ? 'quarantined' : 'failing';
  if (key.lag > 0) return 'catching up';
  return key.dead > 0 ? 'dead letters' : 'in step';
}

/**
 * How far a key is behind in time, in ms: the age of the last synced entry if more entries follow it, or 0 if none
 * follow. Null if unknown: values have no time of their own, and an entry id need not be a time.
 */
export function behindMs({ lag, entryId, status }: KeySummary, now: number): number | null {
  if (lag === 0 || status === 'deleted') return 0;
  return entryId === null ? null : (ageOf(entryId, now) ?? null);
}
