import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { commandLine, wholeNumber } from '../program/command-line.js';

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

export type BenchOptions = ReturnType<typeof parseBenchOptions>;

/**
 * Reads the command line and the variable BENCH_MONGO_URI.
 * @throws CommanderError, also after help was printed.
 */
export function parseBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv) {
  const command = commandLine(
    'bench',
    "Compares the real fleet with a bare loop (the limit), the old engine's way, and installed rivals.",
  )
    .addOption(
      new Option('--size <NAME>', 'large: as full, with 1,000,000 small values of mixed types')
        .choices(SIZE_NAMES)
        .default('full' as const),
    )
    .addOption(
      new Option('--quick', 'small sizes, one repetition: under a minute; the figures are rough').implies({
        size: 'quick',
      }),
    )
    .addOption(
      new Option(
        '--tiny',
        'the smallest sizes, a few seconds: a smoke test without meaningful figures',
      ).implies({ size: 'tiny' }),
    )
    .option('--only <PARTS>', `only these parts: ${PARTS.join(', ')}`, partsOf)
    .option(
      '--repetitions <N>',
      'how often each measurement is made; default 1 to 3, by part and size',
      wholeNumber(1, 100),
    )
    .option(
      '--mongo-binary <PATH>',
      "the mongod, or the secantusd, to run; default: the local stack's choice",
    )
    .option('--write-docs', 'write docs/benchmarks.md and its picture, docs/assets/benchmarks.svg')
    .addHelpText(
      'after',
      '\nBENCH_MONGO_URI names a running MongoDB to use; each run uses its own database there, and drops it at the end.',
    )
    .parse(args, { from: 'user' });
  const { only: parts = PARTS, ...options } = command.opts();
  if (options.writeDocs && options.size === 'tiny')
    command.error('error: --write-docs does not go with --tiny, whose figures mean nothing');
  return { ...options, parts, mongoUri: env.BENCH_MONGO_URI || undefined };
}

/** Parses a comma-separated list of parts. Returns them in the order in which they run. */
function partsOf(only: string): readonly Part[] {
  const named = only.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no part '${unknown}': the parts are ${PARTS.join(', ')}.`);
  return PARTS.filter((part) => named.includes(part));
}
