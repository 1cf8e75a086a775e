/** The exit codes, for scripts. `redis-to-mongo help` prints this table. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'success; for commands that compare or check: nothing is wrong' },
  failed: { code: 1, meaning: 'done, but something differs, is wrong, failed or does not exist' },
  usage: {
    code: 2,
    meaning: 'the command line or the configuration is wrong, or a server refuses the login',
  },
  unavailable: { code: 3, meaning: 'Redis or MongoDB does not answer' },
  interrupted: {
    code: 130,
    meaning: 'stopped by Ctrl-C (143: by SIGTERM); the results so far are printed',
  },
} as const;

export type Ending = keyof typeof EXIT_CODES;
