import type { FormatName } from './formats.js';

/**
 * The declaration of an option: its meaning, its format, its default. Its name is the same in the environment
 * and in config.json. `Value` is the type that the program gets.
 */
export interface Option<Value> extends Entry {
  readonly format: FormatName;
  readonly default: Value;
}

/** The properties that any option may have. */
export interface Entry {
  /** One or two sentences for the reference page. */
  readonly doc: string;
  /** The unit of a number: ms, s, bytes, entries. */
  readonly unit?: string;
  /** The smallest value allowed. */
  readonly min?: number;
  /** The value must be larger than this. */
  readonly above?: number;
  /** The largest value allowed. */
  readonly max?: number;
  /** The values allowed, for `choice` and `choices`. */
  readonly choices?: readonly string[];
  /** Never shown in a message or on a page. */
  readonly sensitive?: boolean;
  /** An empty text or list in the file is a mistake; elsewhere it means "not set". */
  readonly notEmpty?: boolean;
  /** The default that the reference page shows for an option without one. */
  readonly unset?: string;
  /** A note for users of the old engine. */
  readonly oldEngine?: string;
}

type Plain = Omit<Entry, 'choices'>;

export const text = optionOf<string>('text');
export const host = optionOf<string>('host');
export const file = optionOf<string>('file');
export const flag = optionOf<boolean>('flag');
export const whole = optionOf<number>('whole');
export const decimal = optionOf<number>('decimal');
export const list = optionOf<readonly string[]>('list');
export const databaseName = optionOf<string>('database-name');
export const passwordHash = optionOf<string>('password-hash');
export const basePath = optionOf<string>('base-path');
export const proxies = optionOf<readonly string[]>('proxies');
export const httpUrl = optionOf<string>('http-url');
export const redisUrl = optionOf<string>('redis-url');
export const mongoUri = optionOf<string>('mongo-uri');
export const mongoHost = optionOf<string>('mongo-host');
export const rules = optionOf<readonly unknown[]>('rules');

/** A TCP port; 0, if `min` allows it, is any free port. */
export function port(entry: Plain & { readonly default: number }): Option<number>;
export function port(entry: Plain): Option<number | undefined>;
export function port(entry: Plain & { readonly default?: number }): Option<number | undefined> {
  return { min: 1, max: 65_535, ...entry, format: 'whole', default: entry.default };
}

/** Exactly one of `choices`. */
export function choice<const Choice extends string>(
  choices: readonly Choice[],
  entry: Plain & { readonly default: NoInfer<Choice> },
): Option<Choice> {
  return { ...entry, choices, format: 'choice' };
}

/** A list of words from `allowed`. */
export function choices<const Choice extends string>(
  allowed: readonly Choice[],
  entry: Plain & { readonly default: readonly NoInfer<Choice>[] },
): Option<readonly Choice[]> {
  return { ...entry, choices: allowed, format: 'choices' };
}

/** Creates the function that declares options of one format, with or without a default. */
function optionOf<Value>(format: FormatName) {
  function option(entry: Plain & { readonly default: Value }): Option<Value>;
  function option(entry: Plain): Option<Value | undefined>;
  function option(entry: Plain & { readonly default?: Value }): Option<Value | undefined> {
    return { ...entry, format, default: entry.default };
  }
  return option;
}
