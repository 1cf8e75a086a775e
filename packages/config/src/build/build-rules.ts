import { STREAMS_VIEW } from '@redis-to-mongo/mongo-sink';
import {
  globPattern,
  type KeyType,
  memberCollectionOf,
  type RuleSpec,
  type TrimRule,
} from '@redis-to-mongo/pipeline';
import type { Settings } from '../settings.js';
import { showUnknown } from '../show-value.js';
import { MemberReader } from './rules/member-reader.js';
import { readRule } from './rules/read-rule.js';

/** Reads the rules, and checks them one by one and against each other. */
export function buildRules(settings: Settings, trim: TrimRule): readonly RuleSpec[] {
  const { values } = settings;
  const read = values.RULES.map((value, index) => {
    const members = Object.fromEntries(Object.entries(value ?? {}));
    const where = nameOf(index, members.pattern);
    return { where, rule: readRule(new MemberReader(members, where, settings), trim) };
  });
  const named = read.flatMap(({ where, rule }) => (rule ? [{ where, rule }] : []));
  checkCollections(named, settings);
  checkShapes(named, settings);
  checkReach(named, values.KEY_TYPES, settings);
  return named.map(({ rule }) => rule);
}

interface Named {
  readonly where: string;
  readonly rule: RuleSpec;
}

function nameOf(index: number, pattern: unknown): string {
  return `rule ${index + 1}${typeof pattern === 'string' && pattern !== '' ? ` (${showUnknown(pattern)})` : ''}`;
}

/**
 * A collection holds only messages, only values or only members, and is not the view that attaches sets to
 * streams. If two rules disagree, the second is reported.
 */
function checkCollections(rules: readonly Named[], settings: Settings): void {
  const users = new Map<string, { readonly what: string; readonly where: string }>();
  const attaching = rules.find(({ rule }) => rule.attach);
  if (attaching) users.set(STREAMS_VIEW, { what: 'the view of streams', where: attaching.where });
  for (const { where, rule } of rules) {
    const { collection, types } = rule;
    if (collection === undefined) continue;
    const uses = types?.includes('stream')
      ? [[collection, 'messages']]
      : [
          [collection, 'values'],
          [memberCollectionOf(collection), 'members'],
        ];
    for (const [name = '', what = ''] of uses) {
      const other = users.get(name);
      if (other && other.what !== what)
        settings.problem(
          'RULES',
          `${where}, collection: ${name} would hold ${what}, and ${other.what} by ${other.where}`,
          'write another name',
        );
      else users.set(name, { what, where });
    }
  }
}

/**
 * Warns if a collection has two shapes: the same content would be in different places, and a query would find
 * only some documents.
 */
function checkShapes(rules: readonly Named[], settings: Settings): void {
  const first = new Map<string, Named>();
  for (const each of rules) {
    const { collection, shape } = each.rule;
    if (collection === undefined) continue;
    const other = first.get(collection);
    if (!other) first.set(collection, each);
    else if (other.rule.shape !== shape)
      settings.warn(
        `RULES: ${each.where} writes into ${collection} in ${shapeName(shape)}, and ${other.where} in ${shapeName(other.rule.shape)}: a query finds the fields of one of them only`,
      );
  }
}

function shapeName(shape: RuleSpec['shape']): string {
  return shape ? `the shape ${shape}` : 'the fleet’s own shape';
}

/**
 * Warns about a rule that is never used because earlier rules match all its keys, and about types that
 * KEY_TYPES leaves out.
 */
function checkReach(rules: readonly Named[], keyTypes: readonly KeyType[], settings: Settings): void {
  rules.forEach(({ where, rule }, index) => {
    const before = rules
      .slice(0, index)
      .find(
        (other) =>
          takesAll(other.rule.pattern, rule.pattern) &&
          (!other.rule.types || rule.types?.every((type) => other.rule.types?.includes(type))),
      );
    if (before) settings.warn(`RULES: ${where} is never used: ${before.where} before it takes all its keys`);
    const unsynced = rule.types?.filter((type) => !keyTypes.includes(type)) ?? [];
    if (unsynced.length > 0)
      settings.warn(`RULES: ${where} names ${unsynced.join(', ')}, which KEY_TYPES leaves out`);
  });
}

/**
 * Whether a pattern matches every name that another pattern matches. A wildcard of the other pattern is only
 * matched by a `*`. Patterns with `?`, `[` or `\\` before it are not compared, unless both are equal.
 */
function takesAll(pattern: string, other: string): boolean {
  if (pattern === other) return true;
  const isJudged = !/[?[\\]/.test(pattern) && !/[[\\]/.test(other);
  return isJudged && globPattern(pattern).test(other.replace(/[*?]/g, '\u{10ffff}'));
}
