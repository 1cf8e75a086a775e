import type { OptionName } from './options.js';

/** Names that options had in earlier versions: they keep working. */
const FORMER: Readonly<Record<string, OptionName>> = {
  FOLLOW_STREAMS: 'TAIL_STREAMS',
  WAKE_UPS: 'CHANGE_FEED',
};

/** Options of earlier versions that have no effect any more: they are passed over. */
const RETIRED: ReadonlySet<string> = new Set(['DISCOVERY_INTERVAL_SEC']);

/** The name that an option has now; `undefined` for one that is passed over. */
export function presentName(name: string): string | undefined {
  return RETIRED.has(name) ? undefined : (FORMER[name] ?? name);
}

/** The names that an option had in earlier versions. */
export function formerNames(name: OptionName): readonly string[] {
  return Object.keys(FORMER).filter((former) => FORMER[former] === name);
}
