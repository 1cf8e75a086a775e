import { parseArgs } from 'node:util';
import { ProvingError } from '../proving-error.js';

export interface DemoOptions {
  readonly messages: number;
  /** Main and info streams together. */
  readonly streams: number;
  readonly sets: number;
  /** Hashes, strings, lists and sorted sets together. */
  readonly values: number;
  readonly workers: number;
  /** Leave everything running after the verification. */
  readonly keep: boolean;
  /** The report as one JSON object on standard output, everything else on standard error. */
  readonly json: boolean;
}

interface Size {
  readonly default: number;
  readonly least: number;
  readonly most: number;
}

const SIZES = {
  messages: { default: 100_000, least: 2, most: 100_000_000 },
  streams: { default: 40, least: 1, most: 100_000 },
  sets: { default: 60, least: 0, most: 100_000 },
  values: { default: 4_000, least: 0, most: 1_000_000 },
  workers: { default: 3, least: 1, most: 64 },
} as const satisfies Record<string, Size>;

type SizeName = keyof typeof SIZES;

export const DEMO_HELP = `npm run demo -- [options]

Mirrors a generated load from Redis to MongoDB with a real fleet, breaks some of it on the way, and compares both sides.
  --messages N   messages in all, at least two per stream; default 100000
  --streams N    streams, main and info streams together; default 40
  --sets N       metadata sets; default 60
  --values N     hashes, strings, lists and sorted sets, and a quarter as many JSON documents where the server has them; default 4000
  --workers N    worker processes; default 3
  --keep         leave everything running afterward, until Ctrl-C
  --json         print the report as JSON on standard output, everything else on standard error
LOCAL_STACK_REDIS_URL (an empty database) and LOCAL_STACK_MONGO_URI name running servers to use instead of own ones.`;

/**
 * Reads the command line.
 * @returns `'help'` when that was asked for.
 * @throws ProvingError `PROVING_OPTIONS`, one sentence that names the option and the remedy.
 */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values, tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(Object.keys(SIZES).map((name) => [name, { type: 'string' as const }])),
      keep: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  for (const token of tokens) {
    if (token.kind === 'positional') throw wrong(`'${token.value}' is not an option`, '--help lists them');
    if (token.kind !== 'option') continue;
    if (!isSize(token.name) && !['keep', 'json', 'help'].includes(token.name))
      throw wrong(`there is no option ${token.rawName}`, '--help lists them');
    if (!isSize(token.name) && token.value !== undefined)
      throw wrong(`${token.rawName} takes no value`, 'leave it out');
  }
  if (values.help) return 'help';
  const size = (name: SizeName) => sizeOf(name, values[name]);
  const options = {
    messages: size('messages'),
    streams: size('streams'),
    sets: size('sets'),
    values: size('values'),
    workers: size('workers'),
    keep: values.keep === true,
    json: values.json === true,
  };
  if (options.messages < 2 * options.streams)
    throw wrong(
      `--messages ${options.messages} is too few for ${options.streams} streams`,
      `give at least ${2 * options.streams} messages, or fewer --streams`,
    );
  return options;
}

function isSize(name: string): name is SizeName {
  return Object.hasOwn(SIZES, name);
}

function sizeOf(name: SizeName, value: unknown): number {
  const { default: usual, least, most } = SIZES[name];
  if (value === undefined) return usual;
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    const given = typeof value === 'string' ? `--${name} '${value}'` : `--${name} without a value`;
    throw wrong(`${given} can't be used`, `give a whole number from ${least} to ${most}`);
  }
  return number;
}

function wrong(problem: string, remedy: string): ProvingError {
  return new ProvingError('PROVING_OPTIONS', `${problem}: ${remedy}.`);
}
