/** Whether the value is an object or a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The members of an object of unknown type, to be read by name; no members for any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** Removes undefined members, for code that distinguishes an absent member from an undefined one. */
export function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  const present = { ...values };
  for (const name in present) if (present[name] === undefined) delete present[name];
  return present as { [Name in keyof Values]?: Exclude<Values[Name], undefined> };
}
