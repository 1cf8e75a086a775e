import { appendFileSync } from 'node:fs';
import fc from 'fast-check';

/**
 * Time limit, in ms, times FUZZ_TIMES: the search for a smaller failing input must end
 * within the test's own time limit.
 */
const LIMIT_MS = 60_000;

/**
 * Checks a property with random inputs, and records their number. `npm run fuzz` multiplies the number of
 * inputs (FUZZ_TIMES), may set a seed (FUZZ_SEED), and collects the numbers in a file (FUZZ_REPORT).
 * @param runs number of inputs in an ordinary test run.
 * @throws Error with the smallest failing input that was found, and the seed that reproduces it.
 */
export async function fuzz<Input>(
  what: string,
  property: fc.IRawProperty<Input>,
  runs: number,
): Promise<void> {
  const { FUZZ_TIMES, FUZZ_SEED, FUZZ_REPORT } = process.env;
  const times = Number(FUZZ_TIMES || 1);
  const details = await fc.check(property, {
    numRuns: runs * times,
    interruptAfterTimeLimit: LIMIT_MS * times,
    timeout: LIMIT_MS / 2,
    ...(FUZZ_SEED ? { seed: Number(FUZZ_SEED) } : {}),
  });
  if (details.failed)
    throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance });
  if (FUZZ_REPORT) appendFileSync(FUZZ_REPORT, `${JSON.stringify({ what, cases: details.numRuns })}\n`);
}
