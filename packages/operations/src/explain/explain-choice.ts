import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern, queueKeysBeginWith } from '@redis-to-mongo/job-queue';
import { globPattern, type KeyType, keyFilter, RESTORING_KEYS } from '@redis-to-mongo/pipeline';

/** Whether a key is mirrored, and why. */
export interface Choice {
  readonly isChosen: boolean;
  readonly why: string;
}

/**
 * Whether a key is mirrored, and the option that decides it.
 * @param keyType the key's type, if it is known; otherwise KEY_TYPES is not considered.
 */
export function explainChoice(
  { keys, queue }: Pick<Config, 'keys' | 'queue'>,
  key: string,
  keyType: KeyType | undefined,
): Choice {
  const matches = (pattern: string) => globPattern(pattern).test(key);
  const no = (why: string): Choice => ({ isChosen: false, why });
  if (key.startsWith(queueKeysBeginWith(queue))) return no('not mirrored: it is one of the queue’s own keys');
  if (matches(RESTORING_KEYS)) return no('not mirrored: restore has not finished it');
  const excluded = keys.exclude.find(matches);
  if (excluded !== undefined) return no(`not mirrored: KEY_EXCLUDE has ${excluded}`);
  const included = keys.include.find(matches);
  if (included === undefined)
    return no(`not mirrored: no pattern of KEY_INCLUDE (${keys.include.join(', ')}) takes it`);
  if (keyType && !keys.types.includes(keyType)) return no(`not mirrored: KEY_TYPES has no ${keyType}`);
  return { isChosen: true, why: `mirrored: KEY_INCLUDE has ${included}` };
}

/**
 * Creates a test for the keys that the configuration selects: KEY_INCLUDE without KEY_EXCLUDE, without the
 * queue's own keys, and without unfinished keys of `restore`. It does not consider types. explainChoice gives
 * the reason for one key.
 */
export function chosenKeys({ keys, queue }: Pick<Config, 'keys' | 'queue'>): (key: string) => boolean {
  return keyFilter(keys.include, [...keys.exclude, queueKeyPattern(queue), RESTORING_KEYS]);
}
