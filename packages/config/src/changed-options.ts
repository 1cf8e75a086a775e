import { hash } from 'node:crypto';
import type { Config } from './config.js';
import { type OptionName, optionNames, type Values } from './options/options.js';

/**
 * An option whose value has changed. The values are masked for display, so both values of a secret are `***`.
 */
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

/** A fingerprint of each option's value. It also distinguishes two values that are masked alike. */
export function fingerprintsOf(values: Values): ReadonlyMap<OptionName, string> {
  return new Map(optionNames().map((option) => [option, fingerprintOf(values[option])]));
}

/** A hash of a value: equal for equal values, without revealing them. */
export function fingerprintOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value) ?? '', 'base64');
}
