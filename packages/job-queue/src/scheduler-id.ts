import { hash } from 'node:crypto';

/**
 * The id of a key's job scheduler: a hash of the key. The key itself cannot be used: BullMQ gives some forms
 * of names a special meaning, and a key can have any form.
 */
export function keyHash(key: string): string {
  return hash('sha1', key, 'hex');
}

/** Jobs run at one of this many moments of an interval: every 10 s in a day. */
const MOMENTS = 8_640;

/**
 * When a key's job runs, in ms from the start of the interval. Jobs are spread evenly by the key's hash;
 * otherwise, job schedulers created together would always run together. With very many keys, several share a
 * moment, because a job that arrives alone costs an idle worker three times as much.
 */
export function phaseMs(id: string, everyMs: number): number {
  const phase = Number.parseInt(id.slice(0, 12), 16) % everyMs;
  return phase - (phase % Math.max(1, Math.floor(everyMs / MOMENTS)));
}

/** The id of the job that a key's job scheduler adds for `at`, in ms since 1970, in BullMQ's own format. */
export function scheduledJobId(key: string, at: number): string {
  return `repeat:${keyHash(key)}:${at}`;
}
