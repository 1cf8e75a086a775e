import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { keyFilter, RESTORING_KEYS } from '@redis-to-mongo/pipeline';

/**
 * Creates a test for the keys that the configuration selects: KEY_INCLUDE without KEY_EXCLUDE, without the
 * queue's own keys, and without unfinished keys of `restore`. It does not consider types. explainChoice gives
 * the reason for one key.
 */
export function chosenKeys({ keys, queue }: Pick<Config, 'keys' | 'queue'>): (key: string) => boolean {
  return keyFilter(keys.include, [...keys.exclude, queueKeyPattern(queue), RESTORING_KEYS]);
}
