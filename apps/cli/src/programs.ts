/** The apps, which run until they are told to stop; each is started by its own main.js, in `apps/NAME`. */
export const PROGRAMS = [
  { name: 'up', summary: 'scheduler, workers (--workers N) and dashboard on this machine, together' },
  { name: 'scheduler', summary: 'finds the keys, and sees to it that each has its jobs' },
  { name: 'worker', summary: 'takes jobs, reads from Redis and writes to MongoDB' },
  { name: 'dashboard', summary: 'shows the mirror and its keys, behind a login' },
] as const;

export function isProgram(name: string): boolean {
  return PROGRAMS.some((each) => each.name === name);
}
