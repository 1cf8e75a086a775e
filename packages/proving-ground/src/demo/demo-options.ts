import type { PlanSize } from '../generator/plan-keys.js';
import { parseOptions, wrongOption } from '../program/parse-options.js';

export interface DemoOptions extends PlanSize {
  readonly workers: number;
  /** Leave everything running after the verification. */
  readonly keep: boolean;
  /** The report as one JSON object on standard output, everything else on standard error. */
  readonly json: boolean;
}

const NUMBERS = {
  messages: { usual: 100_000, least: 2, most: 100_000_000 },
  streams: { usual: 40, least: 1, most: 100_000 },
  sets: { usual: 60, least: 0, most: 100_000 },
  values: { usual: 4_000, least: 0, most: 200_000 },
  workers: { usual: 3, least: 1, most: 64 },
} as const;

export const DEMO_HELP = `npm run demo -- [options]

Mirrors a generated load from Redis to MongoDB with a real fleet, injects faults, and compares both sides.
  --messages N   total messages, at least two per stream; default 100000
  --streams N    streams, main and info streams together; default 40
  --sets N       metadata sets; default 60
  --values N     hashes, strings, lists and sorted sets, and a quarter as many JSON documents, vector sets and time series,
                 each if the server has the type; default 4000
  --workers N    worker processes; default 3
  --keep         leave everything running afterward, until Ctrl-C
  --json         print the report as JSON on standard output, everything else on standard error
LOCAL_STACK_REDIS_URL (an empty database) and LOCAL_STACK_MONGO_URI select running servers instead.`;

/** @throws as parseOptions. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const parsed = parseOptions(args, { numbers: NUMBERS, flags: ['keep'] });
  if (parsed === 'help') return 'help';
  const [messages, streams] = [parsed.number('messages'), parsed.number('streams')];
  if (messages < 2 * streams)
    throw wrongOption(
      `--messages ${messages} is too few for ${streams} streams`,
      `give at least ${2 * streams} messages, or fewer --streams`,
    );
  return {
    ...{ messages, streams, sets: parsed.number('sets'), values: parsed.number('values') },
    ...{ workers: parsed.number('workers'), keep: parsed.flag('keep'), json: parsed.flag('json') },
  };
}
