/** The apps, which run until they are told to stop; each is started by its own main.js. And what runs beside them by itself. */
export const PROGRAMS = [
  {
    name: 'up',
    summary: 'scheduler, workers (--workers N) and dashboard on this machine, together',
    file: 'up/dist/main.js',
  },
  {
    name: 'scheduler',
    summary: 'finds the keys, and sees to it that each has its jobs',
    file: 'scheduler/dist/main.js',
  },
  {
    name: 'worker',
    summary: 'takes jobs, reads from Redis and writes to MongoDB',
    file: 'worker/dist/main.js',
  },
  {
    name: 'dashboard',
    summary: 'shows the mirror and its keys, behind a login',
    file: 'dashboard/dist/main.js',
  },
  {
    name: 'hash-password',
    summary: 'reads a password, and prints its hash for DASHBOARD_PASSWORD_HASH; then it ends',
    file: 'dashboard/dist/hash-password.js',
  },
] as const;

/** The file that runs a program, below the folder of the apps; `undefined` for a name that is none. */
export function programFile(name: string | undefined): string | undefined {
  return PROGRAMS.find((each) => each.name === name)?.file;
}
