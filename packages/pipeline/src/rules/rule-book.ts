import { globPattern, type KeyPattern } from '../key-pattern.js';
import { KEY_TYPES, type KeyType } from '../key-type.js';
import { type DocumentId, documentIdMaker } from '../shape/document-id.js';
import { partNames, rulePrint } from '../shape/rule-print.js';
import { contentMapper } from './content-mapper.js';
import type { Rule, RuleSpec } from './rule.js';
import { valueMapper } from './value-mapper.js';

/** Where documents of a key are, and by which rule they were made. */
export interface DocumentPlace {
  /** null for that of the key's type. */
  readonly collection: string | null;
  /** `undefined` for the key. */
  readonly documentId: DocumentId | undefined;
  /** See rulePrint. */
  readonly rule: string | undefined;
}

interface Compiled extends Rule {
  readonly matches: KeyPattern;
}

/**
 * The rules of a process. The first one that matches a key counts for it; a key that none matches is synced by the
 * defaults. Everything that looks rules up holds the same book, so that they can be replaced while it runs.
 */
export class RuleBook {
  #rules: readonly Compiled[];

  /** @param specs checked ones: see packages/config. */
  constructor(specs: readonly RuleSpec[] = []) {
    this.#rules = specs.map(compile);
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  ruleFor(keyId: string, keyType: KeyType): Rule | undefined {
    return this.#rules.find(
      ({ types, matches }) => (types === undefined || types.includes(keyType)) && matches.test(keyId),
    );
  }

  /** The collection that a rule gives a key; null for that of its type. */
  collectionFor(keyId: string, keyType: KeyType): string | null {
    return this.ruleFor(keyId, keyType)?.collection ?? null;
  }

  /** Where the documents of a key's next life go, and how they look. */
  placeFor(keyId: string, keyType: KeyType): DocumentPlace {
    const rule = this.ruleFor(keyId, keyType);
    return {
      collection: rule?.collection ?? null,
      documentId: keyType === 'stream' ? undefined : rule?.makeId?.(keyId),
      rule: rule?.printFor(keyType),
    };
  }

  /** Puts other rules in the place of these; a job that is running ends by the ones it began with or by these. */
  replace(specs: readonly RuleSpec[]): void {
    this.#rules = specs.map(compile);
  }
}

function compile(spec: RuleSpec, index: number): Compiled {
  const each = <T>(make: (keyType: KeyType) => T) => {
    const made = new Map(KEY_TYPES.map((keyType) => [keyType, make(keyType)]));
    return (keyType: KeyType) => made.get(keyType);
  };
  return {
    ...spec,
    number: index + 1,
    mapContent: contentMapper(spec),
    mapperFor: each((keyType) => valueMapper(spec, keyType)),
    shapeFor: each((keyType) => (spec.shape ? { names: partNames(spec, keyType) } : undefined)),
    printFor: each((keyType) => rulePrint(spec, keyType)),
    makeId: spec.id === undefined ? undefined : documentIdMaker(spec.pattern, spec.id, spec.idType ?? 'text'),
    matches: globPattern(spec.pattern),
  };
}
