import type { Config } from '@redis-to-mongo/config';
import { hasScheduler, ruleBook } from '@redis-to-mongo/key-types';
import { collectionOf } from '@redis-to-mongo/mongo-sink';
import type { KeyState, KeyType, RuleSpec } from '@redis-to-mongo/pipeline';
import { largestUnit } from '@redis-to-mongo/terminal';

/** The settings of a key: from its rule, else from the options. */
export interface RuleExplanation {
  readonly rule: ({ readonly number: number } & RuleSpec) | null;
  /** The collection of the documents of its current incarnation. */
  readonly collection: string;
  /**
   * The collection of its next incarnation, if different: the rules were changed since the current one began.
   */
  readonly nextCollection: string | null;
  /** Time between two reads even if no change was reported, in ms. */
  readonly intervalMs: number;
  /** A summary in words: `matches rule 2 (orders*), goes to orders_messages, every 5 s`. */
  readonly says: string;
  /** The other effects of the rule, member by member. */
  readonly does: readonly string[];
}

/**
 * The settings of a key: those of its rule, else those of the options.
 * @param state the key's saved state, if MongoDB has the key.
 */
export function explainRule(
  { rules, sync }: Pick<Config, 'rules' | 'sync'>,
  key: string,
  keyType: KeyType,
  state: KeyState | undefined,
): RuleExplanation {
  const found = ruleBook(rules).ruleFor(key, keyType);
  const spec = found && rules[found.number - 1];
  const next = collectionOf({ keyType, collection: found?.collection ?? null });
  const isAlive = state?.status === 'active' && state.keyType === keyType;
  const collection = isAlive ? collectionOf(state) : next;
  const handling = {
    rule: found && spec ? { number: found.number, ...spec } : null,
    collection,
    nextCollection: collection === next ? null : next,
    intervalMs: found?.intervalMs ?? sync.idleIntervalMs,
  };
  return { ...handling, says: inWords(handling, keyType), does: spec ? ruleParts(spec) : [] };
}

function inWords(
  { rule, collection, nextCollection, intervalMs }: Omit<RuleExplanation, 'says' | 'does'>,
  keyType: KeyType,
): string {
  const matches = rule ? `matches rule ${rule.number} (${rule.pattern})` : 'matches no rule';
  const move =
    nextCollection === null ? '' : ` (from its next incarnation on to ${nextCollection}: see resync)`;
  const every = hasScheduler(keyType) ? `, every ${everyOf(intervalMs)}` : '';
  return `${matches}, goes to ${collection}${move}${every}`;
}

/** What a rule does, member by member. */
function ruleParts(rule: RuleSpec): readonly string[] {
  const { fields, parse = {}, shape, id, idType, gone, ttlMs, history, trim } = rule;
  const renamed = Object.entries(fields?.rename ?? {}).map(([from, to]) => `${from} to ${to}`);
  const parsed = Object.entries(parse).map(([name, kind]) => `${name} as ${kind}`);
  return [
    ...(fields?.take ? [`takes ${fields.take.join(', ')}`] : []),
    ...(fields?.leave ? [`leaves out ${fields.leave.join(', ')}`] : []),
    ...(renamed.length > 0 ? [`renames ${renamed.join(', ')}`] : []),
    ...(parsed.length > 0 ? [`reads ${parsed.join(', ')}`] : []),
    ...(shape ? [`documents in the shape ${shape}`] : []),
    ...(id === undefined ? [] : [`_id ${id} as ${idType ?? 'text'}`]),
    ...(gone === undefined ? [] : [`${WHEN_GONE[gone]} when the key is deleted`]),
    ...(ttlMs === undefined ? [] : [`removed after ${largestUnit(ttlMs)}`]),
    ...(history === undefined ? [] : [history ? 'history of membership' : 'no history of membership']),
    ...(trim ? [`trim ${trim.mode}${trim.mode === 'off' ? '' : `, keeps ${trim.keepEntries} entries`}`] : []),
  ];
}

const WHEN_GONE = { keep: 'emptied', remove: 'removed', mark: 'kept with its last content' } as const;

function everyOf(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 120_000 ? `${ms / 1000} s` : largestUnit(ms);
}
