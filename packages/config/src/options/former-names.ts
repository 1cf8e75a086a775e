import type { OptionName } from './options.js';

/** Names that options had in earlier versions: they keep working. */
const FORMER: ReadonlyMap<string, OptionName> = new Map([
  ['FOLLOW_STREAMS', 'TAIL_STREAMS'],
  ['WAKE_UPS', 'CHANGE_FEED'],
]);

/** Options of earlier versions that have no effect any more: they are passed over. */
const RETIRED: ReadonlySet<string> = new Set(['DISCOVERY_INTERVAL_SEC']);

/** The name that an option has now; `undefined` for one that is passed over. */
export function presentName(name: string): string | undefined {
  return RETIRED.has(name) ? undefined : (FORMER.get(name) ?? name);
}

/** Each former name, with the name that the option has now. */
export function formerOptions(): readonly (readonly [former: string, present: OptionName])[] {
  return [...FORMER];
}

/** The names that an option had in earlier versions. */
export function formerNames(name: OptionName): readonly string[] {
  return [...FORMER].flatMap(([former, present]) => (present === name ? [former] : []));
}
