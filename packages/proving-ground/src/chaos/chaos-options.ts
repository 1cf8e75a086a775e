import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ProvingError } from '../proving-error.js';

export interface ChaosOptions {
  /** How long the load and the faults last; settling and comparing come after. */
  readonly seconds: number;
  /** Replays the plan of faults. */
  readonly seed: number;
  readonly workers: number;
  /** Entries a second, over all streams. */
  readonly rate: number;
  /** Further options of the apps, by their environment names. */
  readonly with: Readonly<Record<string, string>>;
  /** The report as one JSON object on standard output, everything else on standard error. */
  readonly json: boolean;
  /** Write the result to docs/chaos.md. */
  readonly writeDocs: boolean;
  /** MongoDB is dropped and set back, too. */
  readonly targetLosses: boolean;
  /** Add the result to docs/reliability.md. */
  readonly record: boolean;
}

const NUMBERS = {
  seconds: { least: 10, most: 86_400 },
  seed: { least: 0, most: 2 ** 32 - 1 },
  workers: { least: 1, most: 64 },
  rate: { least: 1, most: 10_000 },
} as const;

type NumberName = keyof typeof NUMBERS;

export const CHAOS_HELP = `npm run chaos -- [options]

Runs two schedulers and workers on a Redis and a MongoDB of its own, writes to it all the time, breaks everything that can
be broken by a plan, and compares what was written with what Redis and MongoDB hold in the end.
  --seconds N    how long things are broken; default 300. Each kind of fault comes once in the first minute
  --seed N       replays the plan of the run that printed it; default: a new one
  --workers N    worker processes; default 4
  --rate N       entries a second; default 200
  --with A=B     an option of the apps for this run, such as MEMBERSHIP_HISTORY=true; may be given often
  --json         print the report as JSON on standard output, everything else on standard error
  --target-losses  MongoDB is dropped, and set back to earlier files, too; see docs/guarantees.md for what is open there
  --record       add the result to docs/reliability.md
  --write-docs   that, and write the result to docs/chaos.md`;

/**
 * Reads the command line.
 * @returns `'help'` when that was asked for.
 * @throws ProvingError `PROVING_OPTIONS`, one sentence that names the option and the remedy.
 */
export function parseChaosOptions(args: readonly string[]): ChaosOptions | 'help' {
  const parsed = parseValues(args);
  if (parsed.help) return 'help';
  const number = (name: NumberName, usual: number) => numberOf(name, parsed[name]) ?? usual;
  return {
    seconds: number('seconds', 300),
    seed: number('seed', randomInt(NUMBERS.seed.most)),
    workers: number('workers', 4),
    rate: number('rate', 200),
    with: Object.fromEntries((parsed.with ?? []).map(settingOf)),
    json: parsed.json === true,
    writeDocs: parsed['write-docs'] === true,
    targetLosses: parsed['target-losses'] === true,
    record: parsed.record === true || parsed['write-docs'] === true,
  };
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        rate: { type: 'string' },
        with: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        record: { type: 'boolean' },
        'target-losses': { type: 'boolean' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\. .*$/s, '') : String(error);
    throw new ProvingError('PROVING_OPTIONS', `${problem}: --help lists the options.`, { cause: error });
  }
}

function numberOf(name: NumberName, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const { least, most } = NUMBERS[name];
  const number = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new ProvingError(
    'PROVING_OPTIONS',
    `--${name} '${value}' can't be used: give a whole number from ${least} to ${most}.`,
  );
}

function settingOf(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new ProvingError(
    'PROVING_OPTIONS',
    `--with '${text}' can't be used: give NAME=VALUE, such as KEY_TYPES=stream,set.`,
  );
}
