import type { Problem } from '../config-error.js';
import type { OptionName } from '../options/options.js';
import type { Settings } from '../settings.js';

/** Collects what the rules across options find. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Notes a problem of a valid value; its source and its text are added. */
  readonly problem: (name: OptionName, problem: string, remedy: string) => void;
  readonly warn: (warning: string) => void;
}

export function collectFindings(settings: Settings): Findings {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  return {
    problems,
    warnings,
    problem: (option, problem, remedy) => {
      problems.push({
        option,
        source: settings.sourceOf(option),
        value: settings.shown(option),
        problem,
        remedy,
      });
    },
    warn: (warning) => {
      warnings.push(warning);
    },
  };
}
