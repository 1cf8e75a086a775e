import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { keyFilter, namePattern } from '@redis-to-mongo/pipeline';

/** Whether the configuration chooses a key, and the name or pattern, where one is given, too. */
export function chooseKeys({ keys, queue }: Config, pattern?: string): (key: string) => boolean {
  const isWanted = keyFilter(keys.include, [...keys.exclude, queueKeyPattern(queue)]);
  const asked = pattern === undefined ? undefined : namePattern(pattern);
  return (key) => isWanted(key) && (asked === undefined || asked.test(key));
}
