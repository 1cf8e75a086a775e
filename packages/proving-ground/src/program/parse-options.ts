import { parseArgs } from 'node:util';
import { ProvingError } from '../proving-error.js';

/** What a program's command line may hold, by the options' names; each takes `--json`, `--help` and `-h`, too. */
export interface OptionTable<Number extends string, Flag extends string, Text extends string> {
  readonly numbers: Readonly<Record<Number, NumberOption>>;
  readonly flags?: readonly Flag[];
  /** They may be given often. */
  readonly texts?: readonly Text[];
}

export interface NumberOption {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** It need not be whole. */
  readonly hasParts?: boolean;
}

/** What was given, or what is usual. */
export interface ParsedOptions<Number extends string, Flag extends string, Text extends string> {
  number(name: Number): number;
  flag(name: Flag | 'json'): boolean;
  texts(name: Text): readonly string[];
}

/**
 * Reads a command line.
 * @returns `'help'` when that was asked for.
 * @throws ProvingError `PROVING_OPTIONS`, one sentence that names the option and the remedy.
 */
export function parseOptions<N extends string, F extends string = never, T extends string = never>(
  args: readonly string[],
  { numbers, flags = [], texts = [] }: OptionTable<N, F, T>,
): ParsedOptions<N, F, T> | 'help' {
  const declared = [
    ...Object.keys(numbers).map((name) => [name, { type: 'string' as const }] as const),
    ...texts.map((name) => [name, { type: 'string' as const, multiple: true }] as const),
    ...[...flags, 'json'].map((name) => [name, { type: 'boolean' as const }] as const),
    ['help', { type: 'boolean' as const, short: 'h' }] as const,
  ];
  const values = valuesIn(args, Object.fromEntries(declared));
  if (values.help) return 'help';
  const given = new Map<string, number>();
  for (const [name, option] of Object.entries<NumberOption>(numbers))
    given.set(name, numberOf(name, option, values[name]));
  return {
    number: (name) => given.get(name) ?? Number.NaN,
    flag: (name) => values[name] === true,
    texts: (name) => [values[name] ?? []].flat().map(String),
  };
}

/** @throws ProvingError `PROVING_OPTIONS`. */
export function wrongOption(problem: string, remedy: string, cause?: unknown): ProvingError {
  return new ProvingError('PROVING_OPTIONS', `${problem}: ${remedy}.`, { cause });
}

type Declared = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function valuesIn(args: readonly string[], options: Declared) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\.\s.*$/s, '') : String(error);
    throw wrongOption(problem, '--help lists the options', error);
  }
}

function numberOf(name: string, { usual, least, most, hasParts }: NumberOption, value: unknown): number {
  if (value === undefined) return usual;
  const text = String(value);
  const number = (hasParts ? /^\d{1,12}(\.\d{1,3})?$/ : /^\d{1,12}$/).test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const kind = hasParts ? 'number' : 'whole number';
  throw wrongOption(`--${name} '${text}' can't be used`, `give a ${kind} from ${least} to ${most}`);
}
