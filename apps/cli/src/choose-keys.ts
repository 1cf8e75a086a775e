import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { globToRegExp, keyFilter } from '@redis-to-mongo/pipeline';

/** Tells whether the configuration chooses a key, and the pattern, where one is given, too. */
export function chooseKeys({ keys, queue }: Config, pattern?: string): (key: string) => boolean {
  const isWanted = keyFilter(keys.include, [...keys.exclude, queueKeyPattern(queue)]);
  const asked = pattern === undefined ? undefined : globToRegExp(pattern);
  return (key) => isWanted(key) && (asked === undefined || asked.test(key));
}
