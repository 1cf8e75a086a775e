import type { OptionName } from './options.js';

/** Names that options had in earlier versions. They still work, with a warning. */
const FORMER: ReadonlyMap<string, OptionName> = new Map([
  ['FOLLOW_STREAMS', 'TAIL_STREAMS'],
  ['WAKE_UPS', 'CHANGE_FEED'],
]);

/** Options of earlier versions that no longer have an effect. They are ignored, with a warning. */
const RETIRED: ReadonlySet<string> = new Set(['DISCOVERY_INTERVAL_SEC']);

/** The current name of an option; `undefined` for an option that is ignored. */
export function presentName(name: string): string | undefined {
  return RETIRED.has(name) ? undefined : (FORMER.get(name) ?? name);
}

/** Each former name, with the current one. */
export function formerOptions(): readonly (readonly [former: string, present: OptionName])[] {
  return [...FORMER];
}

/** The names that an option had in earlier versions. */
export function formerNames(name: OptionName): readonly string[] {
  return [...FORMER].flatMap(([former, present]) => (present === name ? [former] : []));
}

/** Warnings about former names that are in use, each with what to do. */
export function formerNameWarnings(
  env: Readonly<Record<string, unknown>>,
  file: ReadonlyMap<string, unknown>,
): string[] {
  const sources = [
    { where: 'the environment', names: Object.keys(env).filter((name) => Boolean(env[name])) },
    { where: 'config.json', names: [...file.keys()] },
  ];
  return sources.flatMap(({ where, names }) =>
    names.flatMap((name) => {
      const present = FORMER.get(name);
      if (RETIRED.has(name)) return [`${name} in ${where} no longer has an effect: remove it`];
      if (present === undefined) return [];
      return names.includes(present)
        ? [`${name} in ${where} is ignored, because ${present} is set: remove ${name}`]
        : [`${name} in ${where} is deprecated: rename it to ${present}`];
    }),
  );
}
