import { isObject } from '@redis-to-mongo/pipeline';
import { nearestName } from '../../nearest-name.js';
import type { Settings } from '../../settings.js';
import { showUnknown } from '../../show-value.js';

type Members = Readonly<Record<string, unknown>>;

/** Bounds of a number. */
export interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}

/**
 * Reads the members of one object of a rule. A mistake is recorded with the rule's number and the member's
 * name, and the member counts as not set, so that all problems are reported together.
 */
export class MemberReader {
  constructor(
    private readonly members: Members,
    private readonly where: string,
    private readonly settings: Pick<Settings, 'problem' | 'warn'>,
    private readonly path = '',
  ) {}

  /** Records a mistake in a member. */
  problem(member: string, problem: string, remedy: string): undefined {
    this.settings.problem('RULES', `${this.where}, ${this.path}${member}: ${problem}`, remedy);
  }

  /** Warns of a member that is allowed, but may not do what is expected of it. */
  warn(member: string, warning: string): void {
    this.settings.warn(`RULES: ${this.where}, ${this.path}${showUnknown(member)}: ${warning}`);
  }

  /** Whether the member is set; null is not. */
  has(member: string): boolean {
    return this.#value(member) !== undefined;
  }

  /** Records every member that is not in `names` as a mistake. */
  allow(names: readonly string[]): void {
    for (const name of Object.keys(this.members)) {
      if (names.includes(name)) continue;
      const near = nearestName(name, names);
      const remedy =
        near === undefined ? `remove it: there are ${names.join(', ')}` : `did you mean ${near}?`;
      this.problem(showUnknown(name), 'is not a member of rules', remedy);
    }
  }

  /** A text that is not empty. */
  text(member: string): string | undefined {
    const value = this.#value(member);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    return this.problem(member, 'is not a text, or is empty', 'write a text');
  }

  flag(member: string): boolean | undefined {
    const value = this.#value(member);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.problem(member, 'is neither true nor false', 'write true or false');
  }

  /** A number within the bounds. */
  number(
    member: string,
    { min, max = Number.POSITIVE_INFINITY, isWhole = false }: Bounds,
  ): number | undefined {
    const value = this.#value(member);
    if (value === undefined) return undefined;
    const isFine =
      typeof value === 'number' && (!isWhole || Number.isSafeInteger(value)) && value >= min && value <= max;
    if (isFine) return value;
    const most = max === Number.POSITIVE_INFINITY ? '' : `, at most ${max}`;
    const remedy = `write a ${isWhole ? 'whole ' : ''}number of at least ${min}${most}`;
    return this.problem(member, 'is not a number that is allowed', remedy);
  }

  /** A list of texts without duplicates; at least one. */
  list(member: string): readonly string[] | undefined {
    const value = this.#value(member);
    if (value === undefined) return undefined;
    const isFine =
      Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
    if (!isFine) return this.problem(member, 'is not a list of texts, or is empty', 'write ["a", "b"]');
    return [...new Set<string>(value)];
  }

  /** One of a few words. */
  oneOf<const Word extends string>(member: string, words: readonly Word[]): Word | undefined {
    const value = this.#value(member);
    if (value === undefined) return undefined;
    const word = words.find((each) => each === value);
    if (word !== undefined) return word;
    return this.problem(member, 'is not one of the words allowed', remedyOf(value, words));
  }

  /** A list of some of a few words, in the order of `words`. */
  someOf<const Word extends string>(member: string, words: readonly Word[]): readonly Word[] | undefined {
    const value = this.list(member);
    const strange = value?.find((each) => !words.some((word) => word === each));
    if (strange !== undefined) {
      this.problem(member, `has ${showUnknown(strange)}`, remedyOf(strange, words));
      return undefined;
    }
    return value && words.filter((word) => value.includes(word));
  }

  /** An object, as a reader for its members; `undefined` if it is not set or is not an object. */
  object(member: string): { readonly reader: MemberReader; readonly names: readonly string[] } | undefined {
    const value = this.#value(member);
    if (value === undefined) return undefined;
    if (!isObject(value) || Array.isArray(value))
      return this.problem(member, 'is not an object', `write { … }: see docs/configuration.md`);
    const path = `${this.path}${member}.`;
    return {
      reader: new MemberReader(value, this.where, this.settings, path),
      names: Object.keys(value),
    };
  }

  /** As in the rest of the file, null means "not set". */
  #value(member: string): unknown {
    return (Object.hasOwn(this.members, member) ? this.members[member] : undefined) ?? undefined;
  }
}

function remedyOf(value: unknown, words: readonly string[]): string {
  const near = typeof value === 'string' ? nearestName(value, words) : undefined;
  return near === undefined ? `write one of ${words.join(', ')}` : `did you mean ${near}?`;
}
