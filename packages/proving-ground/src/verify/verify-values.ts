import { ruleBook } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { verifyMirror } from '@redis-to-mongo/verify';
import type { ValuePlan } from '../generator/plan-keys.js';
import type { VerifyReport } from './verify-report.js';

/** Values that were changed last are given so long to arrive, in ms. */
const SETTLE_MS = 60_000;

/**
 * Compares all keys that are neither streams nor sets of the run, by the product's own verification.
 * @param values those that were written.
 * @param wanted which keys belong to the run, without its streams and sets.
 * @returns the report with what was found.
 * @throws SyncError where a server can't be asked.
 */
export async function verifyValues(
  sides: Parameters<typeof verifyMirror>[0],
  values: readonly ValuePlan[],
  wanted: (key: string) => boolean,
  report: VerifyReport,
): Promise<VerifyReport> {
  if (values.length === 0) return report;
  const types = [...new Set(values.map(({ keyType }) => keyType))];
  const { keys, findings } = await verifyMirror(sides, {
    wanted,
    types: types satisfies readonly KeyType[],
    rules: ruleBook(),
    settleMs: SETTLE_MS,
  });
  const missing = findings.filter((finding) => finding.missing > 0).length;
  return {
    ...report,
    values: types.map((keyType) => [keyType, values.filter((value) => value.keyType === keyType).length]),
    missing: report.missing + missing + Math.max(0, values.length - keys),
    different: report.different + findings.length - missing + Math.max(0, keys - values.length),
    problems: [
      ...report.problems,
      ...findings.flatMap(({ key, problems }) => problems.map((problem) => `${key}: ${problem}`)),
    ],
  };
}
