import type { Option } from '../option.js';
import { GROUPS } from './groups.js';

type GroupOptions = (typeof GROUPS)[number]['options'];

/** Converts a union of types into their intersection. */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/**
 * All options, in the order of the groups. To add an option, add an entry to its group's table, and use it in
 * the group's `build/` file.
 */
export const OPTIONS: Together<GroupOptions> = Object.assign({}, ...GROUPS.map(({ options }) => options));

export type OptionName = keyof typeof OPTIONS;

/** The value of every option, by name. */
export type Values = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends Option<infer Value> ? Value : never;
};

/** The names of the options whose values have type `Value`. */
export type NameOf<Value> = {
  [Name in OptionName]: Values[Name] extends Value ? Name : never;
}[OptionName];

/** Whether an option has this name. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** All names, in the order of the tables. */
export function optionNames(): OptionName[] {
  return Object.keys(OPTIONS).filter(isOptionName);
}

/** The declaration of an option. */
export function optionOf(name: OptionName): Option<unknown> {
  return OPTIONS[name];
}
