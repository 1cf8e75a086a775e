import type { ChaosOptions } from '../chaos/chaos-options.js';
import { parseOptions } from '../program/parse-options.js';

export interface SoakOptions extends Pick<ChaosOptions, 'workers' | 'rate' | 'json' | 'record'> {
  readonly minutes: number;
}

const NUMBERS = {
  minutes: { usual: 30, least: 0.1, most: 10_080, hasParts: true },
  workers: { usual: 2, least: 1, most: 64 },
  rate: { usual: 100, least: 1, most: 10_000 },
} as const;

export const SOAK_HELP = `npm run soak -- [options]

Runs two schedulers and workers under a steady load without faults, and judges by slope whether memory, handles
or open files of any process grow. Finally it compares everything that was written with Redis and MongoDB.
  --minutes N    duration; default 30. At least 2 minutes are needed for a result
  --workers N    worker processes; default 2
  --rate N       entries per second; default 100. The program remembers what it wrote: 150 bytes per entry
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
