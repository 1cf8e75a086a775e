import { hash } from 'node:crypto';

/**
 * The id of a key's job scheduler: a hash of the key, since BullMQ gives some shapes of names a meaning of
 * their own, and a key can have any.
 */
export function keyHash(key: string): string {
  return hash('sha1', key, 'hex');
}

/**
 * When in its interval a key's job runs, in ms from the interval's start: spread evenly by the key's hash, since
 * schedulers made together would otherwise fire together forever.
 */
export function phaseMs(id: string, everyMs: number): number {
  return Number.parseInt(id.slice(0, 12), 16) % everyMs;
}

/** The id of the job that a key's scheduler adds for `at`, in ms since 1970. Source: BullMQ's own form of it. */
export function scheduledJobId(key: string, at: number): string {
  return `repeat:${keyHash(key)}:${at}`;
}
