import { commandLine, wholeNumber } from '../program/command-line.js';

export type DemoOptions = ReturnType<typeof parseDemoOptions>;

/** @throws CommanderError, also after help was printed. */
export function parseDemoOptions(args: readonly string[]) {
  const command = commandLine(
    'demo',
    'Mirrors a generated load from Redis to MongoDB with a real fleet, injects faults, and compares both sides.',
  )
    .option('--messages <N>', 'total messages, at least two per stream', wholeNumber(2, 100_000_000), 100_000)
    .option('--streams <N>', 'streams, main and info streams together', wholeNumber(1, 100_000), 40)
    .option('--sets <N>', 'metadata sets', wholeNumber(0, 100_000), 60)
    .option(
      '--values <N>',
      'hashes, strings, lists and sorted sets, and a quarter as many JSON documents, vector sets and time series, each ' +
        'if the server has the type',
      wholeNumber(0, 200_000),
      4_000,
    )
    .option('--workers <N>', 'worker processes', wholeNumber(1, 64), 3)
    .option('--keep', 'leave everything running afterward, until Ctrl-C')
    .addHelpText(
      'after',
      '\nLOCAL_STACK_REDIS_URL (an empty database) and LOCAL_STACK_MONGO_URI select running servers instead.',
    )
    .parse(args, { from: 'user' });
  const { messages, streams } = command.opts();
  if (messages < 2 * streams)
    command.error(
      `error: --messages ${messages} is too few for ${streams} streams: give at least ${2 * streams} messages, or fewer --streams`,
    );
  return command.opts();
}
