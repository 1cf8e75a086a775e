/** How the command ends, for scripts. The one table of them: `redis-to-mongo help` prints it. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done; of a command that compares or checks: nothing is wrong' },
  failed: { code: 1, meaning: 'done, but something differs, is wrong, has failed or is not there' },
  usage: {
    code: 2,
    meaning: 'the command line or the configuration is wrong, or a server refuses the login',
  },
  unavailable: { code: 3, meaning: 'Redis or MongoDB does not answer' },
  interrupted: {
    code: 130,
    meaning: 'stopped by Ctrl-C (143: by SIGTERM); what was done so far is printed',
  },
} as const;

export type Ending = keyof typeof EXIT_CODES;
