import { createHash } from 'node:crypto';
import type { Config } from './config.js';
import { type OptionName, optionNames, type Values } from './options/options.js';

/** An option whose value has changed. Both values are masked as they are shown, so a secret is `***` twice. */
export interface OptionChange {
  readonly option: OptionName;
  readonly from: string;
  readonly to: string;
}

/** The options that differ between two configurations, in the order of the reference page. */
export function changedOptions(before: Config, next: Config): readonly OptionChange[] {
  const shown = (config: Config) => new Map(config.options.map(({ option, value }) => [option, value]));
  const [from, to] = [shown(before), shown(next)];
  return optionNames()
    .filter((option) => before.fingerprints.get(option) !== next.fingerprints.get(option))
    .map((option) => ({ option, from: from.get(option) ?? '', to: to.get(option) ?? '' }));
}

/** What distinguishes two values of an option apart, also where both are shown alike. */
export function fingerprintsOf(values: Values): ReadonlyMap<OptionName, string> {
  return new Map(optionNames().map((option) => [option, fingerprintOf(values[option])]));
}

/** The same text for equal values, which it does not show. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('base64');
}
