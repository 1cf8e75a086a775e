import { VALUE_DEFAULTS } from '@redis-to-mongo/key-types';
import type { DocumentShape, KeyType, Rule, RuleBook } from '@redis-to-mongo/pipeline';

const MIB = 1024 * 1024;
const SCAN_COUNT = 1000;

/**
 * How values (sets, hashes, …) are read and kept. VALUE_DEFAULTS has the defaults, and explains the options.
 */
export interface ValueOptions {
  readonly maxInlineMembers?: number;
  /** At most 8 MiB. */
  readonly maxInlineBytes?: number;
  readonly maxAtomicMembers?: number;
  /** Number of members per page, if a value is read in pages. Default: 1000. */
  readonly scanCount?: number;
  readonly membershipHistory?: boolean;
  readonly goneValues?: 'keep' | 'remove';
  /** The rules for some keys. */
  readonly rules?: RuleBook;
}

/** The settings for one value. */
export interface ValueSettings extends Required<Omit<ValueOptions, 'rules' | 'goneValues'>> {
  /** How long a value stays after its key is gone, in ms; null: forever. */
  readonly goneMs: number | null;
  /** Whether a value whose key is gone keeps its last content. */
  readonly isMarked: boolean;
  /** The shape of its documents; `undefined` for the fleet's own. */
  readonly shape: DocumentShape | undefined;
  /** The fingerprint of the rule that makes its documents. */
  readonly rule: string | undefined;
}

/**
 * Maximum number of bytes of a value in one document. With everything that BSON adds, this is well below
 * MongoDB's 16 MiB.
 */
export const MAX_DOCUMENT_PAYLOAD = 8 * MIB;

/** Maximum estimated size of a document, in bytes; MongoDB accepts 16 MiB. */
export const MAX_DOCUMENT_WEIGHT = 12 * MIB;

export function withDefaults(options: ValueOptions): ValueSettings {
  const given = { ...VALUE_DEFAULTS, ...options };
  return {
    maxInlineMembers: given.maxInlineMembers,
    maxInlineBytes: Math.min(given.maxInlineBytes, MAX_DOCUMENT_PAYLOAD),
    maxAtomicMembers: given.maxAtomicMembers,
    scanCount: options.scanCount ?? SCAN_COUNT,
    membershipHistory: given.membershipHistory,
    goneMs: given.goneValues === 'remove' ? 0 : null,
    isMarked: false,
    shape: undefined,
    rule: undefined,
  };
}

/** The settings for a key, changed by its rule. */
export function withRule(settings: ValueSettings, rule: Rule | undefined, keyType: KeyType): ValueSettings {
  if (!rule) return settings;
  const { gone } = rule;
  const goneMs = gone === undefined ? settings.goneMs : gone === 'remove' ? 0 : null;
  return {
    ...settings,
    membershipHistory: rule.history ?? settings.membershipHistory,
    goneMs: rule.ttlMs ?? goneMs,
    isMarked: gone === 'mark',
    shape: rule.shapeFor(keyType),
    rule: rule.fingerprintFor(keyType),
  };
}
