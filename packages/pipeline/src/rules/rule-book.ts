import { hash } from 'node:crypto';
import { globPattern, type KeyPattern } from '../key-pattern.js';
import type { KeyType } from '../key-type.js';
import { type DocumentId, documentIdMaker } from '../shape/document-id.js';
import { contentMapper } from './content-mapper.js';
import type { ParseKind, Rule, RuleSpec } from './rule.js';
import type { RuledType, RuledTypes } from './ruled-type.js';

/** The collection and the `_id` of a key's documents, and the rule that made them. */
export interface DocumentPlace {
  /** null for the collection of the key's type. */
  readonly collection: string | null;
  /** `undefined` if the `_id` is the key id. */
  readonly documentId: DocumentId | undefined;
  /** See ruleFingerprint. */
  readonly rule: string | undefined;
}

interface Compiled extends Rule {
  readonly matches: KeyPattern;
}

/**
 * The rules of a process. The first rule that matches a key applies to it. If no rule matches, the defaults
 * apply. All users of rules in a process share one book, so that rules can be replaced while they run.
 */
export class RuleBook {
  #rules: readonly Compiled[] = [];

  /**
   * @param types all key types: `ruleBook` in packages/key-types passes them.
   * @param specs already checked: see packages/config.
   */
  constructor(
    private readonly types: RuledTypes,
    specs: readonly RuleSpec[] = [],
  ) {
    this.replace(specs);
  }

  /** The rules in their order; the first one that matches applies. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** The rule of a key; `undefined` if the defaults apply. */
  ruleFor(keyId: string, keyType: KeyType): Rule | undefined {
    return this.#rules.find(
      ({ types, matches }) => (types === undefined || types.includes(keyType)) && matches.test(keyId),
    );
  }

  /** The collection that a rule names for a key; null for the collection of its type. */
  collectionFor(keyId: string, keyType: KeyType): string | null {
    return this.ruleFor(keyId, keyType)?.collection ?? null;
  }

  /** The place of the documents of a key's next incarnation. */
  placeFor(keyId: string, keyType: KeyType): DocumentPlace {
    const rule = this.ruleFor(keyId, keyType);
    return {
      collection: rule?.collection ?? null,
      documentId: keyType === 'stream' ? undefined : rule?.makeId?.(keyId),
      rule: rule?.fingerprintFor(keyType),
    };
  }

  /** Replaces the rules. A running job ends by the old rules or by the new ones. */
  replace(specs: readonly RuleSpec[]): void {
    this.#rules = specs.map((spec, index) => compile(spec, index, this.types));
  }
}

function compile(spec: RuleSpec, index: number, types: RuledTypes): Compiled {
  const each = <T>(make: (type: RuledType) => T) => {
    const made = new Map([...types].map(([keyType, type]) => [keyType, make(type)]));
    return (keyType: KeyType) => made.get(keyType);
  };
  return {
    ...spec,
    number: index + 1,
    mapContent: contentMapper(spec),
    mapperFor: each((type) => type.mapper(spec)),
    shapeFor: each((type) => (spec.shape ? { names: partNames(spec, type) } : undefined)),
    fingerprintFor: each((type) => ruleFingerprint(spec, type)),
    makeId: spec.id === undefined ? undefined : documentIdMaker(spec.pattern, spec.id, spec.idType ?? 'text'),
    matches: globPattern(spec.pattern),
  };
}

/** The names that a rule gives to the parts of values without fields, in the shape `document`. */
function partNames(
  { fields }: Pick<RuleSpec, 'fields'>,
  { named }: Pick<RuledType, 'named'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields?.rename ?? {}).filter(([part]) => named.includes(part)));
}

/**
 * Identifies how a rule changes the documents of a type: two rules with the same fingerprint make the same
 * documents. `undefined` if the rule leaves them unchanged.
 */
function ruleFingerprint(spec: RuleSpec, type: RuledType): string | undefined {
  const { fields, shape } = spec;
  const { hasFields } = type;
  const names = shape === 'document' ? partNames(spec, type) : {};
  const said = [
    hasFields ? [fields?.take, fields?.leave, sorted(fields?.rename)] : sorted(names),
    sorted(parseOf(spec, type)),
    shape,
  ];
  const text = JSON.stringify(said);
  const nothing = JSON.stringify([hasFields ? [undefined, undefined, []] : [], [], undefined]);
  return text === nothing ? undefined : hash('sha256', text, 'base64url').slice(0, 12);
}

function parseOf(
  { parse = {} }: RuleSpec,
  { hasFields, named, parsed }: RuledType,
): Readonly<Record<string, ParseKind>> {
  if (hasFields) return parse;
  const parts = parsed.length > 0 ? named : [];
  return Object.fromEntries(Object.entries(parse).filter(([name]) => parts.includes(name)));
}

function sorted(members: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}
