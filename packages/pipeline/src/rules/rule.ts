import type { KeyType } from '../key-type.js';
import type { DocumentIdMaker, IdType } from '../shape/document-id.js';
import type { DocumentShape } from '../shape/document-shape.js';
import type { ContentMapper } from './content-mapper.js';
import type { ValueMapper } from './value-mapper.js';

/** The type that a field's text is parsed as. */
export type ParseKind = 'number' | 'json' | 'date';

/** Which fields of an entry or a hash are stored, and under which names. Names are the entry's own. */
export interface FieldRules {
  /** Only these. Not beside `leave`. */
  readonly take?: readonly string[];
  /** All but these. */
  readonly leave?: readonly string[];
  /** The stored name by the entry's name. */
  readonly rename?: Readonly<Record<string, string>>;
}

/** How streams are trimmed in Redis: at least this many entries stay, and all that are younger than `keepMs`. */
export interface TrimRule {
  readonly mode: 'off' | 'dry-run' | 'on';
  readonly keepEntries: number;
  readonly keepMs: number;
}

/** What the configuration says of the keys that match a pattern; what it does not say is as for every key. */
export interface RuleSpec {
  /** A Redis glob pattern, matched against the key id. */
  readonly pattern: string;
  /** Only keys of these types; default all. */
  readonly types?: readonly KeyType[];
  /** Where the documents go. */
  readonly collection?: string;
  readonly fields?: FieldRules;
  /** By the name of the field; of a string by `value`, of other values by `member`, `score` and `item`. */
  readonly parse?: Readonly<Record<string, ParseKind>>;
  /** The shape of documents: see DocumentShape; default the fleet's own. */
  readonly shape?: 'document';
  /** The `_id` of values' documents, made of the parts of the key's name; only with a shape. */
  readonly id?: string;
  readonly idType?: IdType;
  /** What becomes of a value whose key is gone; default as the option says. */
  readonly gone?: 'keep' | 'remove' | 'mark';
  /** Messages go this long after the time of their entry, values this long after their key is gone; in ms. */
  readonly ttlMs?: number;
  /** Whether metadata sets are shown with their stream, in the view `streams`. */
  readonly attach?: boolean;
  /** Whether it is kept who was a member and when. */
  readonly history?: boolean;
  readonly trim?: TrimRule;
  readonly intervalMs?: number;
}

/** A rule in use. */
export interface Rule extends RuleSpec {
  /** Its place in the list, from 1. */
  readonly number: number;
  /** Changes an entry's content; `undefined` where the rule leaves it as it is. */
  readonly mapContent: ContentMapper | undefined;
  /** What changes the documents of values of a type; `undefined` where the rule leaves them as they are. */
  mapperFor(keyType: KeyType): ValueMapper | undefined;
  /** The shape of documents of keys of a type; `undefined` for the fleet's own. */
  shapeFor(keyType: KeyType): DocumentShape | undefined;
  /** See ruleFingerprint. */
  fingerprintFor(keyType: KeyType): string | undefined;
  readonly makeId: DocumentIdMaker | undefined;
}

/**
 * Whether a rule leaves the content of messages unchanged and sets no time to live. Their collection and shape do
 * not matter.
 */
export function writesPlainMessages(rule: Rule | undefined): boolean {
  return rule === undefined || (rule.mapContent === undefined && rule.ttlMs === undefined);
}
