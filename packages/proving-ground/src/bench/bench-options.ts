import { parseOptions, wrongOption } from '../program/parse-options.js';

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

Compares the real fleet with a bare loop (the limit), the old engine's way, and installed rivals.
  --size NAME          full (the default), quick, tiny, or large: like full, with 1,000,000 small values of mixed types
  --quick              small sizes, one repetition: under a minute; the figures are rough
  --tiny               the smallest sizes, a few seconds: a smoke test without meaningful figures
  --only PART[,PART]   only these parts: ${PARTS.join(', ')}
  --repetitions N      how often each measurement is made, 1 to 100; default 1 to 3, by part and size
  --mongo-binary PATH  the mongod, or the secantusd, to run; default: the local stack's choice
  --json               print the result as JSON on standard output, everything else on standard error
  --write-docs         write docs/benchmarks.md and its picture, docs/assets/benchmarks.svg
BENCH_MONGO_URI names a running MongoDB to use; each run uses its own database there, and drops it at the end.`;

/**
 * Reads the command line and the variable BENCH_MONGO_URI.
 * @throws as parseOptions.
 */
export function parseBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BenchOptions | 'help' {
  const parsed = parseOptions(args, {
    numbers: { repetitions: { usual: 0, least: 1, most: 100 } },
    flags: ['quick', 'tiny', 'write-docs'],
    texts: ['size', 'only', 'mongo-binary'],
  });
  if (parsed === 'help') return 'help';
  const { flag } = parsed;
  const text = (name: 'size' | 'only' | 'mongo-binary') => parsed.texts(name).at(-1);
  const size = flag('tiny') ? 'tiny' : flag('quick') ? 'quick' : sizeOf(text('size'));
  if (flag('write-docs') && size === 'tiny')
    throw wrongOption(
      '--write-docs does not go with --tiny, whose figures mean nothing',
      'leave one of them out',
    );
  return {
    size,
    parts: partsOf(text('only')),
    repetitions: parsed.number('repetitions') || undefined,
    json: flag('json'),
    writeDocs: flag('write-docs'),
    mongoBinary: text('mongo-binary') || undefined,
    mongoUri: env.BENCH_MONGO_URI || undefined,
  };
}

function sizeOf(name: string | undefined): SizeName {
  const size = SIZE_NAMES.find((known) => known === (name ?? 'full'));
  if (!size)
    throw wrongOption(`--size: there is no size '${name}'`, `the sizes are ${SIZE_NAMES.join(', ')}`);
  return size;
}

function partsOf(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  const named = only.split(',').map((name) => name.trim());
  for (const name of named)
    if (!PARTS.some((part) => part === name))
      throw wrongOption(`--only: there is no part '${name}'`, `the parts are ${PARTS.join(', ')}`);
  return PARTS.filter((part) => named.includes(part));
}
