import { globPattern, type KeyPattern } from '../key-pattern.js';
import { KEY_TYPES, type KeyType } from '../key-type.js';
import { contentMapper } from './content-mapper.js';
import type { Rule, RuleSpec } from './rule.js';
import { valueMapper } from './value-mapper.js';

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

  /** Puts other rules in the place of these; a job that is running ends by the ones it began with or by these. */
  replace(specs: readonly RuleSpec[]): void {
    this.#rules = specs.map(compile);
  }
}

function compile(spec: RuleSpec, index: number): Compiled {
  const valueMappers = new Map(KEY_TYPES.map((keyType) => [keyType, valueMapper(spec, keyType)]));
  return {
    ...spec,
    number: index + 1,
    mapContent: contentMapper(spec),
    mapperFor: (keyType) => valueMappers.get(keyType),
    matches: globPattern(spec.pattern),
  };
}
