import { parseOptions } from '../program/parse-options.js';

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
  minutes: { usual: 30, least: 0.1, most: 10_080, hasParts: true },
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

/** @throws as parseOptions. */
export function parseSoakOptions(args: readonly string[]): SoakOptions | 'help' {
  const parsed = parseOptions(args, { numbers: NUMBERS, flags: ['record'] });
  if (parsed === 'help') return 'help';
  const { number, flag } = parsed;
  return {
    ...{ minutes: number('minutes'), workers: number('workers'), rate: number('rate') },
    ...{ json: flag('json'), record: flag('record') },
  };
}
