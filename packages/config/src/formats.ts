import { httpFormats } from './formats/http-formats.js';
import { listFormats } from './formats/list-formats.js';
import { numberFormats } from './formats/number-formats.js';
import { ruleFormats } from './formats/rule-formats.js';
import { textFormats } from './formats/text-formats.js';
import { urlFormats } from './formats/url-formats.js';
import type { Entry } from './option.js';

/** Reads and checks the values of one kind of option. */
export interface Format {
  /**
   * Reads a text from the environment or the file. A text that cannot be parsed is returned unchanged, and
   * `check` refuses it: convict stops at the first parser that throws, but all problems must be reported.
   */
  readonly parse?: (text: string) => unknown;
  /**
   * What is wrong with a value, starting with a verb and never quoting the value; undefined if it is valid.
   */
  readonly check: (value: unknown, entry: Entry) => string | undefined;
  /** Describes the valid values. */
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

/** Describes the valid values of an option. */
export function expectedOf(option: Entry & { readonly format: FormatName }): string {
  const format: Format = FORMATS[option.format];
  return format.expected(option);
}
