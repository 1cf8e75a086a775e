import { parseArgs } from 'node:util';
import { version } from '@redis-to-mongo/terminal';

/** The texts for --help and --version. */
export interface AppUsage {
  /** One sentence. */
  readonly about: string;
  /** The arguments after the program's name: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  /** Additional options of this app; each takes a value. */
  readonly options?: Readonly<Record<string, ArgumentOption>>;
}

/** An option of the command line that takes a value. */
export interface ArgumentOption {
  /** The placeholder for the value in the help. */
  readonly value: string;
  readonly doc: string;
  /** What is wrong with a value, if anything. */
  problem(text: string): string | undefined;
}

/** The output in place of a start, and the exit code. */
export interface ArgumentsAnswer {
  readonly text: string;
  readonly isWrong: boolean;
}

/**
 * Reads the arguments.
 * @returns `undefined` if they are valid and the app should start; otherwise the text to print.
 */
export function readArguments(
  name: string,
  { about, argv, options = {} }: AppUsage,
): ArgumentsAnswer | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...Object.fromEntries(Object.keys(options).map((each) => [each, { type: 'string' as const }])),
        config: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
    if (values.help) return { text: usage(name, about, options), isWrong: false };
    for (const [each, { problem }] of Object.entries(options)) {
      const text: unknown = Reflect.get(values, each);
      const wrong = typeof text === 'string' ? problem(text) : undefined;
      if (wrong !== undefined) throw new Error(wrong);
    }
    return values.version ? { text: `redis-to-mongo ${name} ${version()}`, isWrong: false } : undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return { text: `${name}: ${problem}\n\n${usage(name, about, options)}`, isWrong: true };
  }
}

function usage(name: string, about: string, options: Readonly<Record<string, ArgumentOption>>): string {
  const own = Object.entries(options).map(
    ([each, { value, doc }]) => `${`  --${each} ${value}`.padEnd(17)}${doc}\n`,
  );
  return `redis-to-mongo ${name}: ${about}

${own.join('')}  --config PATH  the configuration file (default: CONFIG_FILE, else
                 ./config.json or ./config/config.json)
  --check        check the configuration and exit: 0 if it is valid, 2 with all
                 problems if it is not
  -h, --help     show this help
  -V, --version  show the version

Environment variables override the configuration file (docs/configuration.md).
It runs until SIGTERM or Ctrl-C.
Exit codes: 0 stopped, 1 could not start or failed, 2 wrong arguments or
configuration, 3 not closed in time.`;
}

/** Whether the app should only check its configuration. @param argv must have been checked. */
export function isCheck(argv: readonly string[]): boolean {
  const { values } = parseArgs({ args: [...argv], options: { check: { type: 'boolean' } }, strict: false });
  return values.check === true;
}
