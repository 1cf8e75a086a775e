import { RuleBook, type RuledTypes, type RuleSpec } from '@redis-to-mongo/pipeline';
import { KEY_TYPE_ENTRIES } from '../registry.js';

const RULED_TYPES: RuledTypes = new Map(KEY_TYPE_ENTRIES.map(({ names, rules }) => [names.keyType, rules]));

/** The rules of a process, for all key types. @param specs already checked: see packages/config. */
export function ruleBook(specs: readonly RuleSpec[] = []): RuleBook {
  return new RuleBook(RULED_TYPES, specs);
}
