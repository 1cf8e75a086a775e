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
