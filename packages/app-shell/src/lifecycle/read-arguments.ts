import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** What an app says about itself, for --help and --version. */
export interface AppUsage {
  /** One sentence. */
  readonly about: string;
  /** A module in the app's folder of sources: `import.meta.url`. Its package says the version. */
  readonly at: string;
  /** Behind the program's name: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
}

/** What is printed instead of a start, and the exit code. */
export interface ArgumentsAnswer {
  readonly text: string;
  readonly isWrong: boolean;
}

/** @returns `undefined` when the arguments are what an app takes: `--config PATH` or nothing. */
export function readArguments(name: string, { about, at, argv }: AppUsage): ArgumentsAnswer | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
    if (values.help) return { text: usage(name, about), isWrong: false };
    return values.version ? { text: `redis-to-mongo ${name} ${versionOf(at)}`, isWrong: false } : undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return { text: `${name}: ${problem}\n\n${usage(name, about)}`, isWrong: true };
  }
}

/** The version of the package whose `src` or `dist` a module is in. */
export function versionOf(moduleUrl: string): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../package.json', moduleUrl), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : '';
}

function usage(name: string, about: string): string {
  return `redis-to-mongo ${name}: ${about}

  --config PATH  the configuration file; default: CONFIG_FILE, else ./config.json
  -h, --help     show this help
  -V, --version  show the version

It is set by environment variables over the configuration file: see docs/configuration.md. It runs until SIGTERM or
Ctrl-C. Exit codes: 0 stopped, 1 could not start or failed, 2 wrong arguments or configuration, 3 not closed in time.`;
}
