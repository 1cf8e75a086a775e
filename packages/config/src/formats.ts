import { httpFormats } from './formats/http-formats.js';
import { listFormats } from './formats/list-formats.js';
import { numberFormats } from './formats/number-formats.js';
import { ruleFormats } from './formats/rule-formats.js';
import { textFormats } from './formats/text-formats.js';
import { urlFormats } from './formats/url-formats.js';
import type { Entry } from './option.js';

/** How the values of one kind of option are read and checked. */
export interface Format {
  /**
   * Reads a text from the environment or the file. A text that can't be read comes back as it is, for `check`
   * to refuse: convict gives up at the first parser that throws, and we report all problems.
   */
  readonly parse?: (text: string) => unknown;
  /** What is wrong with a value, beginning with a verb and never quoting it; undefined when all is well. */
  readonly check: (value: unknown, entry: Entry) => string | undefined;
  /** What would be right. */
  readonly expected: (entry: Entry) => string;
}

/** Every format, by the name that options use. */
export const FORMATS = {
  ...textFormats,
  ...numberFormats,
  ...listFormats,
  ...urlFormats,
  ...httpFormats,
  ...ruleFormats,
} satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** The format of an option's valid values. */
export function expectedOf(option: Entry & { readonly format: FormatName }): string {
  const format: Format = FORMATS[option.format];
  return format.expected(option);
}
