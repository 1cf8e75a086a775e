import type { KeyType } from '../key-type.js';
import type { DocumentIdMaker, IdType } from '../shape/document-id.js';
import type { DocumentShape } from '../shape/document-shape.js';
import type { ContentMapper } from './content-mapper.js';
import type { ValueMapper } from './value-mapper.js';

/** The type that a field's text is parsed as. */
export type ParseKind = 'number' | 'json' | 'date';

/** Which fields of an entry or a hash are stored, and under which names. Names are those in Redis. */
export interface FieldRules {
  /** Only these fields are stored. Not together with `leave`. */
  readonly take?: readonly string[];
  /** All fields except these are stored. */
  readonly leave?: readonly string[];
  /** The stored name, by the name in Redis. */
  readonly rename?: Readonly<Record<string, string>>;
}

/**
 * How streams are trimmed in Redis: at least `keepEntries` entries stay, and all entries younger than
 * `keepMs`.
 */
export interface TrimRule {
  readonly mode: 'off' | 'dry-run' | 'on';
  readonly keepEntries: number;
  readonly keepMs: number;
}

/**
 * A rule in the configuration: the options for keys that match a pattern. Missing options have their general
 * values.
 */
export interface RuleSpec {
  /** A Redis glob pattern, matched against the key id. */
  readonly pattern: string;
  /** Only keys of these types; default: all. */
  readonly types?: readonly KeyType[];
  /** The collection for the documents. */
  readonly collection?: string;
  readonly fields?: FieldRules;
  /**
   * What to parse, by the name of the field; for strings by `value`, for other values by `member`, `score`
   * and `item`.
   */
  readonly parse?: Readonly<Record<string, ParseKind>>;
  /** The shape of documents, see DocumentShape; default: the fleet's own. */
  readonly shape?: 'document';
  /** The `_id` of values' documents, made of the parts of the key's name; only with a shape. */
  readonly id?: string;
  readonly idType?: IdType;
  /** What happens to a value whose key is deleted; default: as GONE_VALUES says. */
  readonly gone?: 'keep' | 'remove' | 'mark';
  /**
   * Time to live in ms: of messages from the time of their entry, of values from the deletion of their key.
   */
  readonly ttlMs?: number;
  /** Whether metadata sets are shown with their stream, in the view `streams`. */
  readonly attach?: boolean;
  /** Whether the history of members is kept: who was a member, and when. */
  readonly history?: boolean;
  readonly trim?: TrimRule;
  readonly intervalMs?: number;
}

/** A rule in use. */
export interface Rule extends RuleSpec {
  /** The rule's place in the list, from 1. */
  readonly number: number;
  /** Changes an entry's content; `undefined` if the rule leaves it unchanged. */
  readonly mapContent: ContentMapper | undefined;
  /** The mapper for values of a type; `undefined` if the rule leaves their documents unchanged. */
  mapperFor(keyType: KeyType): ValueMapper | undefined;
  /** The shape of documents of keys of a type; `undefined` for the fleet's own. */
  shapeFor(keyType: KeyType): DocumentShape | undefined;
  /** See ruleFingerprint. */
  fingerprintFor(keyType: KeyType): string | undefined;
  readonly makeId: DocumentIdMaker | undefined;
}

/**
 * Whether a rule leaves the content of messages unchanged and sets no time to live. Their collection and
 * shape do not matter.
 */
export function writesPlainMessages(rule: Rule | undefined): boolean {
  return rule === undefined || (rule.mapContent === undefined && rule.ttlMs === undefined);
}
