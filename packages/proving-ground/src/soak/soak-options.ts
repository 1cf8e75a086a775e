import { parseArgs } from 'node:util';
import { ProvingError } from '../proving-error.js';

export interface SoakOptions {
  readonly minutes: number;
  readonly workers: number;
  /** Entries a second, over all streams. */
  readonly rate: number;
  /** The report as one JSON object on standard output, everything else on standard error. */
  readonly json: boolean;
  /** Add the result to docs/reliability.md. */
  readonly record: boolean;
}

const NUMBERS = {
  minutes: { usual: 30, least: 0.1, most: 10_080 },
  workers: { usual: 2, least: 1, most: 64 },
  rate: { usual: 100, least: 1, most: 10_000 },
} as const;

export const SOAK_HELP = `npm run soak -- [options]

Runs two schedulers and workers under a steady load, breaks nothing, and judges by slope over time whether memory, handles
or open files of any process grow. In the end everything that was written is compared with Redis and MongoDB.
  --minutes N    how long; default 30. Below about 2 minutes nothing can be told
  --workers N    worker processes; default 2
  --rate N       entries a second; default 100. What was written is remembered: 150 bytes an entry
  --json         print the report as JSON on standard output, everything else on standard error
  --record       add the result to docs/reliability.md`;

/**
 * Reads the command line.
 * @returns `'help'` when that was asked for.
 * @throws ProvingError `PROVING_OPTIONS`, one sentence that names the option and the remedy.
 */
export function parseSoakOptions(args: readonly string[]): SoakOptions | 'help' {
  const values = parseValues(args);
  if (values.help) return 'help';
  const number = (name: keyof typeof NUMBERS) => numberOf(name, values[name]);
  return {
    minutes: number('minutes'),
    workers: number('workers'),
    rate: number('rate'),
    json: values.json === true,
    record: values.record === true,
  };
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        workers: { type: 'string' },
        rate: { type: 'string' },
        json: { type: 'boolean' },
        record: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\. .*$/s, '') : String(error);
    throw new ProvingError('PROVING_OPTIONS', `${problem}: --help lists the options.`, { cause: error });
  }
}

function numberOf(name: keyof typeof NUMBERS, value: string | undefined): number {
  const { usual, least, most } = NUMBERS[name];
  if (value === undefined) return usual;
  const form = name === 'minutes' ? /^\d{1,6}(\.\d{1,3})?$/ : /^\d{1,6}$/;
  const number = form.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new ProvingError(
    'PROVING_OPTIONS',
    `--${name} '${value}' can't be used: give a number from ${least} to ${most}.`,
  );
}
