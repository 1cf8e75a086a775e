import { parseArgs } from 'node:util';

const MOST_WORKERS = 64;

/** The additional command-line options of `up`. */
export const UP_OPTIONS = {
  workers: {
    value: 'N',
    doc: `how many workers, 1 to ${MOST_WORKERS}; default 1`,
    problem: (text: string) =>
      /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_WORKERS
        ? undefined
        : `--workers ${text}: write a whole number from 1 to ${MOST_WORKERS}`,
  },
} as const;

/** The number of workers. @param argv must have been checked. */
export function workersIn(argv: readonly string[]): number {
  const { values } = parseArgs({
    args: [...argv],
    options: { workers: { type: 'string', default: '1' } },
    strict: false,
  });
  return Number(values.workers);
}
