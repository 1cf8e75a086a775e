import { randomInt } from 'node:crypto';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { commandLine, wholeNumber } from '../program/command-line.js';

export type ChaosOptions = ReturnType<typeof parseChaosOptions>;

const MOST_SEED = 2 ** 32 - 1;

/** @throws CommanderError, also after help was printed. */
export function parseChaosOptions(args: readonly string[]) {
  const {
    seed = randomInt(MOST_SEED),
    with: settings = {},
    ...options
  } = commandLine(
    'chaos',
    'Runs two schedulers and workers on their own Redis and MongoDB under load, injects faults of every kind by a seeded plan, and ' +
      'finally compares what was written with Redis and MongoDB.',
  )
    .option(
      '--seconds <N>',
      'duration of the load and the faults. Each kind of fault occurs once in the first minute',
      wholeNumber(10, 86_400),
      300,
    )
    .option(
      '--seed <N>',
      'repeats the plan of the run that printed it; default: a new plan',
      wholeNumber(0, MOST_SEED),
    )
    .option('--workers <N>', 'worker processes', wholeNumber(1, 64), 4)
    .option('--rate <N>', 'entries per second, over all streams', wholeNumber(1, 10_000), 200)
    .option(
      '--with <SETTING>',
      'an option of the apps for this run, such as MEMBERSHIP_HISTORY=true; may be repeated',
      withSetting,
    )
    .option(
      '--target-losses',
      'also drops MongoDB, and restores earlier files of it; docs/guarantees.md lists the limits',
    )
    .option('--record', 'add the result to docs/reliability.md')
    .parse(args, { from: 'user' })
    .opts();
  return { seed, with: settings, ...options };
}

function withSetting(text: string, others: Readonly<Record<string, string>> = {}) {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Give NAME=VALUE, such as KEY_TYPES=stream,set.');
  return { ...others, [name]: value };
}
