import { anyNumber, commandLine, wholeNumber } from '../program/command-line.js';

export type SoakOptions = ReturnType<typeof parseSoakOptions>;

/** @throws CommanderError, also after help was printed. */
export function parseSoakOptions(args: readonly string[]) {
  return commandLine(
    'soak',
    'Runs two schedulers and workers under a steady load without faults, and judges by slope whether memory, handles ' +
      'or open files of any process grow. Finally it compares everything that was written with Redis and MongoDB.',
  )
    .option(
      '--minutes <N>',
      'duration. At least 2 minutes are needed for a result',
      anyNumber(0.1, 10_080),
      30,
    )
    .option('--workers <N>', 'worker processes', wholeNumber(1, 64), 2)
    .option(
      '--rate <N>',
      'entries per second. The program remembers what it wrote: 150 bytes per entry',
      wholeNumber(1, 10_000),
      100,
    )
    .option('--record', 'add the result to docs/reliability.md')
    .parse(args, { from: 'user' })
    .opts();
}
