import type { DocumentShape, KeyType, Rule, RuleBook } from '@redis-to-mongo/pipeline';

const MIB = 1024 * 1024;

/** How values (sets, hashes, …) are read and kept. */
export interface ValueOptions {
  /** Up to this many members (fields, items) a value is one document. Default 10,000. */
  readonly maxInlineMembers?: number;
  /** Up to this many bytes a value is one document; at most 8 MiB. Default 1 MiB. */
  readonly maxInlineBytes?: number;
  /**
   * A value that changes whenever it is read in pages is read at once if it has no more members (or, a string, KiB)
   * than this; Redis serves nobody else meanwhile. Default 200,000.
   */
  readonly maxAtomicMembers?: number;
  /** Members asked of Redis at once, where a value is read in pages. Default 1000. */
  readonly scanCount?: number;
  /** Keeps who was a member and when, of sets, sorted sets and hashes. They are then never inline. Default false. */
  readonly membershipHistory?: boolean;
  /** What happens to a value in MongoDB when its key is gone: kept as an empty, inactive one, or removed. Default keep. */
  readonly goneValues?: 'keep' | 'remove';
  /** What is done otherwise with some keys. */
  readonly rules?: RuleBook;
}

/** What holds for one value. */
export interface ValueSettings extends Required<Omit<ValueOptions, 'rules' | 'goneValues'>> {
  /** How long a value stays once its key has gone, in ms; null for ever. */
  readonly goneMs: number | null;
  /** A value whose key has gone keeps what it held last. */
  readonly isMarked: boolean;
  /** The shape of its documents; `undefined` for the fleet's own. */
  readonly shape: DocumentShape | undefined;
  /** By which rule they are made; see ruleFingerprint. */
  readonly rule: string | undefined;
}

/** The most that a document may take of a value, in bytes: well below MongoDB's 16 MiB, whatever BSON adds. */
export const MAX_DOCUMENT_PAYLOAD = 8 * MIB;

/** The most that a document may weigh by estimate; MongoDB takes 16 MiB. */
export const MAX_DOCUMENT_WEIGHT = 12 * MIB;

export function withDefaults(options: ValueOptions): ValueSettings {
  return {
    maxInlineMembers: options.maxInlineMembers ?? 10_000,
    maxInlineBytes: Math.min(options.maxInlineBytes ?? MIB, MAX_DOCUMENT_PAYLOAD),
    maxAtomicMembers: options.maxAtomicMembers ?? 200_000,
    scanCount: options.scanCount ?? 1000,
    membershipHistory: options.membershipHistory ?? false,
    goneMs: options.goneValues === 'remove' ? 0 : null,
    isMarked: false,
    shape: undefined,
    rule: undefined,
  };
}

/** The settings for a key that a rule takes. */
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
