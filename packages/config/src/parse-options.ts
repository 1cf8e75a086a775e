import convict from 'convict';
import { FORMATS, type Format } from './formats.js';
import type { Entry } from './option.js';
import { isOptionName, type OptionName, optionNames, optionOf, type Values } from './options/options.js';

/** The options as parsed by convict. If `invalid` has a problem for an option, `values` has its default. */
export interface ParsedOptions {
  readonly values: Values;
  readonly invalid: ReadonlyMap<OptionName, string>;
}

/**
 * Has convict merge the environment over the file over the defaults, parse the texts, and check every value.
 */
export function parseOptions(
  env: ReadonlyMap<OptionName, string>,
  file: ReadonlyMap<OptionName, unknown>,
): ParsedOptions {
  convict.addFormats(convictFormats());
  const options = convict(convictSchema(), { env: Object.fromEntries(env), args: [] });
  options.load(Object.fromEntries(file));
  const invalid = problemsOf(options);
  for (const name of invalid.keys()) options.reset(name);
  return { values: options.getProperties(), invalid };
}

/** convict throws one error for all problems. Its message has a line `OPTION: problem` for each option. */
function problemsOf(options: convict.Config<Values>): Map<OptionName, string> {
  const invalid = new Map<OptionName, string>();
  try {
    options.validate({ allowed: 'strict' });
  } catch (error) {
    for (const line of String(error instanceof Error ? error.message : error).split('\n')) {
      const [, name = '', problem = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (!isOptionName(name)) throw error;
      invalid.set(name, problem);
    }
  }
  return invalid;
}

function convictSchema(): convict.Schema<Values> {
  const entries = optionNames().map((name) => {
    const declared = optionOf(name);
    const { doc, default: value, format } = declared;
    // Every option is declared secret to convict; otherwise convict would quote values in its message,
    // unmasked.
    const entry = { doc, default: value, format: formatId(format), env: name, sensitive: true, declared };
    return [name, entry];
  });
  // The names and defaults come from OPTIONS, as does the type Values.
  return Object.fromEntries(entries) as convict.Schema<Values>;
}

/** convict's formats are global. Ours have distinct names, and adding them again changes nothing. */
function convictFormats(): Record<string, convict.Format> {
  const formats: [string, Format][] = Object.entries(FORMATS);
  return Object.fromEntries(
    formats.map(([name, { check, parse }]) => [
      formatId(name),
      {
        validate: (value: unknown, schema: convict.SchemaObj) => {
          const declared: Entry = schema.declared;
          const problem = check(value, declared);
          if (problem !== undefined) throw new Error(problem);
        },
        ...(parse ? { coerce: parse } : {}),
      },
    ]),
  );
}

function formatId(name: string): string {
  return `redis-to-mongo:${name}`;
}
