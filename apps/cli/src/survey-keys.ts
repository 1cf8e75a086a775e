import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { globToRegExp } from '@redis-to-mongo/pipeline';
import { discover } from '@redis-to-mongo/redis-source';
import type { RedisClient } from './servers.js';

export interface PatternCount {
  readonly option: 'KEY_INCLUDE' | 'KEY_EXCLUDE';
  readonly pattern: string;
  /** Keys that it matches. */
  readonly keys: number;
}

export interface TypeCount {
  /** By Redis. */
  readonly type: string;
  readonly isMirrored: boolean;
  /** Keys of the type that the patterns choose. */
  readonly keys: number;
  /** One of them. */
  readonly example: string;
}

export interface KeySurvey {
  readonly patterns: readonly PatternCount[];
  readonly types: readonly TypeCount[];
}

/**
 * Counts the keys that each pattern of the configuration matches, and the chosen ones by type. Reads every key's name
 * once; a key that SCAN gives twice counts twice.
 * @throws SyncError as redisError tells.
 */
export async function surveyKeys(redis: RedisClient, { keys, queue }: Config): Promise<KeySurvey> {
  const count = (option: PatternCount['option']) => (pattern: string) => ({
    option,
    pattern,
    re: globToRegExp(pattern),
    keys: 0,
  });
  const include = keys.include.map(count('KEY_INCLUDE'));
  const exclude = keys.exclude.map(count('KEY_EXCLUDE'));
  const types = new Map<string, { keys: number; readonly example: string }>();
  const isQueueKey = globToRegExp(queueKeyPattern(queue));
  for await (const found of discover(redis, { wanted: (key) => !isQueueKey.test(key), known: new Map() }))
    for (const { key, type } of found) {
      const isIn = tally(include, key);
      const isOut = tally(exclude, key);
      if (!isIn || isOut) continue;
      const name = typeof type === 'string' ? type : type.unknown;
      const known = types.get(name) ?? { keys: 0, example: key };
      known.keys++;
      types.set(name, known);
    }
  return {
    patterns: [...include, ...exclude].map(({ option, pattern, keys: matched }) => ({
      option,
      pattern,
      keys: matched,
    })),
    types: [...types]
      .map(([type, counted]) => ({ type, isMirrored: keys.types.some((each) => each === type), ...counted }))
      .sort((a, b) => b.keys - a.keys),
  };
}

/** Counts the key at all patterns that match it; true when there is one. */
function tally(patterns: readonly { readonly re: RegExp; keys: number }[], key: string): boolean {
  let isMatched = false;
  for (const each of patterns)
    if (each.re.test(key)) {
      each.keys++;
      isMatched = true;
    }
  return isMatched;
}
