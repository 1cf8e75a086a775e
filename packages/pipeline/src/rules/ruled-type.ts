import type { KeyType } from '../key-type.js';
import type { RuleSpec } from './rule.js';
import type { ValueMapper } from './value-mapper.js';

/** What rules can set for the documents of a key type. */
export interface RuledType {
  /** Whether its content is fields with names of the user. A rule can take, leave, rename and parse them. */
  readonly hasFields: boolean;
  /**
   * The fleet's names of the content in its documents, if it has no fields. In the shape `document`, a rule
   * can rename them.
   */
  readonly named: readonly string[];
  /** The names whose content a rule can parse, if it has no fields. */
  readonly parsed: readonly string[];
  /**
   * Set if its value is one text. The shape `document` then has members only if `value` is parsed as JSON.
   */
  readonly isOneText?: true;
  /** Makes the mapper of a rule for its values; `undefined` if the rule leaves their documents unchanged. */
  mapper(spec: RuleSpec): ValueMapper | undefined;
}

/** All key types, by their names. */
export type RuledTypes = ReadonlyMap<KeyType, RuledType>;
