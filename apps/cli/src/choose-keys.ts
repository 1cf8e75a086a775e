import type { Config } from '@redis-to-mongo/config';
import { chosenKeys } from '@redis-to-mongo/operations';
import { namePattern } from '@redis-to-mongo/pipeline';

/** Whether the configuration chooses a key, and the name or pattern, where one is given, too. */
export function chooseKeys(config: Config, pattern?: string): (key: string) => boolean {
  const isWanted = chosenKeys(config);
  const asked = pattern === undefined ? undefined : namePattern(pattern);
  return (key) => isWanted(key) && (asked === undefined || asked.test(key));
}
