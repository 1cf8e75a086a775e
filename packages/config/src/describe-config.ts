import type { Config, OptionInUse } from './config.js';
import { optionOf } from './options/options.js';

/** An option with its value, its source and its description. */
export interface DescribedOption extends OptionInUse {
  readonly doc: string;
}

/** All options with their values (secrets as `***`), the source of each value, and a description. */
export function describeConfig({ options }: Pick<Config, 'options'>): readonly DescribedOption[] {
  return options.map((each) => ({ ...each, doc: optionOf(each.option).doc }));
}
