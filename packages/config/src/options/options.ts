import type { Option } from '../option.js';
import { GROUPS } from './groups.js';

type GroupOptions = (typeof GROUPS)[number]['options'];

/** All members of a union's types in one. */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/**
 * Every option there is, in the order of the groups. To add one: an entry in its group's table, and its place in the `build/` file
 * of that group.
 */
export const OPTIONS: Together<GroupOptions> = Object.assign({}, ...GROUPS.map(({ options }) => options));

export type OptionName = keyof typeof OPTIONS;

/** The value of every option, by name. */
export type Values = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends Option<infer Value> ? Value : never;
};

/** The names of the options whose values are a `Value`. */
export type NameOf<Value> = {
  [Name in OptionName]: Values[Name] extends Value ? Name : never;
}[OptionName];

/** Whether there is an option of this name. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** All names, in the order of the tables. */
export function optionNames(): OptionName[] {
  return Object.keys(OPTIONS).filter(isOptionName);
}

/** What is declared about an option. */
export function optionOf(name: OptionName): Option<unknown> {
  return OPTIONS[name];
}
