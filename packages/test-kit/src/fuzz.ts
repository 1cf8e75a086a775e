import { appendFileSync } from 'node:fs';
import fc from 'fast-check';

/** Looking for a smaller input that fails ends after this time for each ordinary test run, in ms: within the test's time limit. */
const LIMIT_MS = 60_000;

/**
 * Checks a property with random inputs, and says how many there were: `npm run fuzz` asks for many times as
 * many (FUZZ_TIMES), may name a seed (FUZZ_SEED), and collects the counts in a file (FUZZ_REPORT).
 * @param runs how many inputs an ordinary test run tries.
 * @throws Error with the smallest input found that fails, and the seed that finds it again.
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
