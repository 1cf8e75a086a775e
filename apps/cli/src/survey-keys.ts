import type { Config } from '@redis-to-mongo/config';
import { queueKeyPattern } from '@redis-to-mongo/job-queue';
import { isKeyType, ruleBook } from '@redis-to-mongo/key-types';
import { globPattern, type KeyPattern, type KeyType, type RuleBook } from '@redis-to-mongo/pipeline';
import { type FoundKey, scanKeys } from '@redis-to-mongo/redis-source';
import type { RedisClient } from './clients.js';

export interface PatternCount {
  readonly option: 'KEY_INCLUDE' | 'KEY_EXCLUDE';
  readonly pattern: string;
  /** The number of keys that the pattern matches. */
  readonly keys: number;
}

export interface TypeCount {
  /** The type that Redis reports. */
  readonly type: string;
  readonly isMirrored: boolean;
  /** The number of chosen keys of this type. */
  readonly keys: number;
  /** One of them. */
  readonly example: string;
  /** The collection that a rule names for them. */
  readonly ruleCollection: string | null;
}

export interface RuleCount {
  readonly number: number;
  readonly pattern: string;
  /** The number of keys that have this rule. */
  readonly keys: number;
  /** The number of keys that it matches but that an earlier rule has. */
  readonly taken: number;
  /** A key that has this rule; null if there is none. */
  readonly example: { readonly key: string; readonly type: KeyType } | null;
}

export type KeySurvey = Awaited<ReturnType<typeof surveyKeys>>;

/**
 * Counts the keys that each pattern of the configuration matches, and the chosen ones by type and by rule. Reads every key's name
 * once; a key that SCAN gives twice counts twice.
 * @throws SyncError as redisError.
 */
export async function surveyKeys(redis: RedisClient, config: Config) {
  const isQueueKey = globPattern(queueKeyPattern(config.queue));
  let counts = beginCounts(config);
  const keys = scanKeys(
    redis,
    (key) => !isQueueKey.test(key),
    () => {
      counts = beginCounts(config);
    },
  );
  for await (const found of keys) for (const each of found) counts.add(each);
  return counts.sums();
}

function beginCounts({ keys, rules }: Config) {
  const count = (option: PatternCount['option']) => (pattern: string) => ({
    option,
    pattern,
    re: globPattern(pattern),
    keys: 0,
  });
  const include = keys.include.map(count('KEY_INCLUDE'));
  const exclude = keys.exclude.map(count('KEY_EXCLUDE'));
  const types = new Map<
    string,
    { readonly type: string; keys: number; readonly example: string; readonly ruleCollection: string | null }
  >();
  const book = ruleBook(rules);
  const counts = rules.map(
    (rule, i): Counting => ({
      number: i + 1,
      pattern: rule.pattern,
      keys: 0,
      taken: 0,
      example: null,
      alone: ruleBook([rule]),
    }),
  );
  return {
    add({ key, type }: FoundKey): void {
      const isIn = tally(include, key);
      const isOut = tally(exclude, key);
      if (!isIn || isOut) return;
      const name = typeof type === 'string' ? type : type.unknown;
      const rule = isKeyType(type) ? book.ruleFor(key, type) : undefined;
      if (isKeyType(type))
        for (const count of counts)
          if (rule?.number === count.number) {
            count.keys++;
            count.example ??= { key, type };
          } else if (count.alone.ruleFor(key, type)) count.taken++;
      const ruleCollection = rule?.collection ?? null;
      const target = JSON.stringify([name, ruleCollection]);
      const known = types.get(target) ?? { type: name, keys: 0, example: key, ruleCollection };
      known.keys++;
      types.set(target, known);
    },
    sums: () => ({
      patterns: [...include, ...exclude].map(({ re: _, ...count }): PatternCount => count),
      types: [...types.values()]
        .map((counted) => ({ isMirrored: keys.types.some((each) => each === counted.type), ...counted }))
        .sort((a, b) => b.keys - a.keys),
      rules: counts.map(({ alone: _, ...count }): RuleCount => count),
    }),
  };
}

type Counting = { -readonly [Name in keyof RuleCount]: RuleCount[Name] } & { readonly alone: RuleBook };

/** Counts the key for each pattern that matches it. @returns whether any does. */
function tally(patterns: readonly { readonly re: KeyPattern; keys: number }[], key: string): boolean {
  let isMatched = false;
  for (const each of patterns)
    if (each.re.test(key)) {
      each.keys++;
      isMatched = true;
    }
  return isMatched;
}
