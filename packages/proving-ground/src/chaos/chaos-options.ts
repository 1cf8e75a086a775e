import { randomInt } from 'node:crypto';
import { parseOptions, wrongOption } from '../program/parse-options.js';

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
  /** MongoDB is dropped and set back, too. */
  readonly targetLosses: boolean;
  /** Add the result to docs/reliability.md. */
  readonly record: boolean;
}

const MOST_SEED = 2 ** 32 - 1;
const NUMBERS = {
  seconds: { usual: 300, least: 10, most: 86_400 },
  workers: { usual: 4, least: 1, most: 64 },
  rate: { usual: 200, least: 1, most: 10_000 },
} as const;

export const CHAOS_HELP = `npm run chaos -- [options]

Runs two schedulers and workers on their own Redis and MongoDB under load, injects faults of every kind by a seeded plan, and
finally compares what was written with Redis and MongoDB.
  --seconds N    duration of the faults; default 300. Each kind of fault occurs once in the first minute
  --seed N       repeats the plan of the run that printed it; default: a new plan
  --workers N    worker processes; default 4
  --rate N       entries per second; default 200
  --with A=B     an option of the apps for this run, such as MEMBERSHIP_HISTORY=true; may be repeated
  --json         print the report as JSON on standard output, everything else on standard error
  --target-losses  also drops MongoDB, and restores earlier files of it; docs/guarantees.md lists the limits
  --record       add the result to docs/reliability.md`;

/** @throws as parseOptions. */
export function parseChaosOptions(args: readonly string[]): ChaosOptions | 'help' {
  const seed = { usual: randomInt(MOST_SEED), least: 0, most: MOST_SEED };
  const parsed = parseOptions(args, {
    numbers: { ...NUMBERS, seed },
    flags: ['target-losses', 'record'],
    texts: ['with'],
  });
  if (parsed === 'help') return 'help';
  const { number, flag } = parsed;
  return {
    ...{ seconds: number('seconds'), seed: number('seed'), workers: number('workers'), rate: number('rate') },
    with: Object.fromEntries(parsed.texts('with').map(settingOf)),
    ...{ json: flag('json'), targetLosses: flag('target-losses'), record: flag('record') },
  };
}

function settingOf(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw wrongOption(`--with '${text}' can't be used`, 'give NAME=VALUE, such as KEY_TYPES=stream,set');
}
