/** Whether it is an object or a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The members of an object that nothing is known about, to be read by name; of anything else none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** The same without members that are undefined, for what tells an absent member from one that is undefined. */
export function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  const present = { ...values };
  for (const name in present) if (present[name] === undefined) delete present[name];
  return present as { [Name in keyof Values]?: Exclude<Values[Name], undefined> };
}
