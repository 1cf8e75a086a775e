import type { KeyType } from '../key-type.js';
import type { RuleSpec } from './rule.js';
import type { ValueMapper } from './value-mapper.js';

/** What rules can say about the documents of a key type. */
export interface RuledType {
  /** Its content is fields whose names are the users' own: a rule takes, leaves, renames and parses them. */
  readonly hasFields: boolean;
  /** What stands in its documents under names of the fleet's, if it has no fields: in the shape `document` a rule can rename it. */
  readonly named: readonly string[];
  /** What of it can be parsed, if it has no fields. */
  readonly parsed: readonly string[];
  /** Its value is one text: it has members for the shape `document` only where `value` is parsed as JSON. */
  readonly isOneText?: true;
  /** What a rule does to the documents of its values; `undefined` where the rule leaves them as they are. */
  mapper(spec: RuleSpec): ValueMapper | undefined;
}

/** All key types, by their names. */
export type RuledTypes = ReadonlyMap<KeyType, RuledType>;
