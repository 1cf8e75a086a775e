import { RuleBook, type RuledTypes, type RuleSpec } from '@redis-to-mongo/pipeline';
import { KEY_TYPE_ENTRIES } from '../registry.js';

const RULED_TYPES: RuledTypes = new Map(KEY_TYPE_ENTRIES.map(({ names, rules }) => [names.keyType, rules]));

/** The rules of a process, over all key types. @param specs checked ones: see packages/config. */
export function ruleBook(specs: readonly RuleSpec[] = []): RuleBook {
  return new RuleBook(RULED_TYPES, specs);
}
