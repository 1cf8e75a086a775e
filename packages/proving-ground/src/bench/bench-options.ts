import { parseArgs } from 'node:util';
import { ProvingError } from '../proving-error.js';

/** The parts of a benchmark, in the order in which they run. */
export const PARTS = [
  'throughput',
  'sink',
  'sets',
  'types',
  'many-keys',
  'latency',
  'kill',
  'changes',
  'feed-cost',
  'catch-up',
  'discovery',
  'idle',
  'idle-mixed',
] as const;
export type Part = (typeof PARTS)[number];

export const SIZE_NAMES = ['full', 'large', 'quick', 'tiny'] as const;
export type SizeName = (typeof SIZE_NAMES)[number];

export interface BenchOptions {
  readonly size: SizeName;
  /** Those that run, in their order. */
  readonly parts: readonly Part[];
  /** How often each measurement is made, 1 to 100; undefined: as the size says. */
  readonly repetitions: number | undefined;
  /** The result as one JSON object on standard output, everything else on standard error. */
  readonly json: boolean;
  /** Write docs/benchmarks.md and its picture. */
  readonly writeDocs: boolean;
  /** A MongoDB-compatible server's program to run instead of the one that is found. */
  readonly mongoBinary: string | undefined;
  /** A running MongoDB to use instead of starting one. */
  readonly mongoUri: string | undefined;
}

export const BENCH_HELP = `npm run bench -- [options]

Measures the real fleet beside a bare loop (the limit), the old engine's way, and rivals that are installed.
  --size NAME          full (the default), quick, tiny, or large: as full, and 1,000,000 small values of mixed types
  --quick              small sizes, one repetition: under a minute; the figures are rough
  --tiny               the smallest sizes, a few seconds: shows that it works, the figures mean nothing
  --only PART[,PART]   only these parts: ${PARTS.join(', ')}
  --repetitions N      how often each measurement is made, 1 to 100; default 1 to 3, by part and size
  --mongo-binary PATH  the mongod, or the secantusd, to run; default: the local stack's choice
  --json               print the result as JSON on standard output, everything else on standard error
  --write-docs         write docs/benchmarks.md and its picture, docs/assets/benchmarks.svg
BENCH_MONGO_URI names a running MongoDB to use; each run has a database of its own there, dropped in the end.`;

/**
 * Reads the command line and the variable BENCH_MONGO_URI.
 * @returns `'help'` when that was asked for.
 * @throws ProvingError `PROVING_OPTIONS`, one sentence that names the option and the remedy.
 */
export function parseBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BenchOptions | 'help' {
  const values = parsed(args);
  if (values.help) return 'help';
  const size = values.tiny ? 'tiny' : values.quick ? 'quick' : sizeOf(values.size);
  if (values['write-docs'] && size === 'tiny')
    throw wrong('--write-docs does not go with --tiny, whose figures mean nothing', 'leave one of them out');
  return {
    size,
    parts: partsOf(values.only),
    repetitions: repetitionsOf(values.repetitions),
    json: values.json ?? false,
    writeDocs: values['write-docs'] ?? false,
    mongoBinary: values['mongo-binary'] || undefined,
    mongoUri: env.BENCH_MONGO_URI || undefined,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        size: { type: 'string' },
        quick: { type: 'boolean' },
        tiny: { type: 'boolean' },
        only: { type: 'string' },
        repetitions: { type: 'string' },
        'mongo-binary': { type: 'string' },
        json: { type: 'boolean' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), '--help lists the options');
  }
}

function sizeOf(name: string | undefined): SizeName {
  const size = SIZE_NAMES.find((known) => known === (name ?? 'full'));
  if (!size) throw wrong(`--size: there is no size '${name}'`, `the sizes are ${SIZE_NAMES.join(', ')}`);
  return size;
}

function partsOf(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  const named = only.split(',').map((name) => name.trim());
  for (const name of named)
    if (!PARTS.some((part) => part === name))
      throw wrong(`--only: there is no part '${name}'`, `the parts are ${PARTS.join(', ')}`);
  return PARTS.filter((part) => named.includes(part));
}

function repetitionsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 100)
    throw wrong(`--repetitions '${text}' can't be used`, 'give a whole number from 1 to 100');
  return number;
}

function wrong(problem: string, remedy: string): ProvingError {
  return new ProvingError('PROVING_OPTIONS', `${problem}: ${remedy}.`);
}
