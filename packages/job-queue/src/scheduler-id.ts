import { hash } from 'node:crypto';

/**
 * The id of a key's job scheduler: a hash of the key, since BullMQ gives some shapes of names a meaning of
 * their own, and a key can have any.
 */
export function keyHash(key: string): string {
  return hash('sha1', key, 'hex');
}

/** An interval has this many moments at which jobs come: a day has one every 10 s. */
const MOMENTS = 8_640;

/**
 * When in its interval a key's job runs, in ms from the interval's start: spread evenly by the key's hash, since
 * schedulers made together would otherwise fire together forever. But of very many keys, some come at the same moment: a job that
 * comes alone costs a resting worker three times as much.
 */
export function phaseMs(id: string, everyMs: number): number {
  const phase = Number.parseInt(id.slice(0, 12), 16) % everyMs;
  return phase - (phase % Math.max(1, Math.floor(everyMs / MOMENTS)));
}

/** The id of the job that a key's scheduler adds for `at`, in ms since 1970. Source: BullMQ's own form of it. */
export function scheduledJobId(key: string, at: number): string {
  return `repeat:${keyHash(key)}:${at}`;
}
