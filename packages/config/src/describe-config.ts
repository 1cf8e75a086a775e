import type { Config, OptionInUse } from './config.js';
import { optionOf } from './options/options.js';

/** One option for a person to read. */
export interface DescribedOption extends OptionInUse {
  readonly doc: string;
}

/** Every option with its value, masked where it is secret (`***`), where it comes from, and what it means. */
export function describeConfig({ options }: Pick<Config, 'options'>): readonly DescribedOption[] {
  return options.map((each) => ({ ...each, doc: optionOf(each.option).doc }));
}
