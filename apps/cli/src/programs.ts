/** The apps, which run until a signal stops them, and standalone programs. Each has its own main.js. */
export const PROGRAMS = [
  {
    name: 'up',
    summary: 'runs a scheduler, workers (--workers N) and a dashboard on this machine',
    file: 'up/dist/main.js',
  },
  {
    name: 'scheduler',
    summary: 'finds changed keys, and requests jobs for them',
    file: 'scheduler/dist/main.js',
  },
  {
    name: 'worker',
    summary: 'takes jobs, reads from Redis and writes to MongoDB',
    file: 'worker/dist/main.js',
  },
  {
    name: 'dashboard',
    summary: 'shows the mirror and its keys, with a login',
    file: 'dashboard/dist/main.js',
  },
  {
    name: 'hash-password',
    summary: 'reads a password, and prints its hash for DASHBOARD_PASSWORD_HASH',
    file: 'dashboard/dist/hash-password.js',
  },
] as const;

/** The file that runs a program, relative to the folder of the apps; `undefined` for an unknown name. */
export function programFile(name: string | undefined): string | undefined {
  return PROGRAMS.find((each) => each.name === name)?.file;
}

/**
 * Which program a command line starts, and its arguments; `undefined` if it names none. As with a command, options may
 * stand before the name: `--config PATH worker`. The program accepts or refuses them.
 */
export function programCall(argv: readonly string[]) {
  // Of the options that may stand there, only --config has a value of its own.
  const at = argv.findIndex((each, i) => !each.startsWith('-') && argv[i - 1] !== '--config');
  if (at < 0) return undefined;
  const [name, ...rest] = argv.slice(at);
  const isHelp = name === 'help';
  const file = programFile(isHelp ? rest[0] : name);
  if (file === undefined) return undefined;
  return { file, args: isHelp ? ['--help'] : [...argv.slice(0, at), ...rest] };
}
