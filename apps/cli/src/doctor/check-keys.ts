import type { Config } from '@redis-to-mongo/config';
import type { Verdict } from '@redis-to-mongo/fleet-status';
import { isKeyType } from '@redis-to-mongo/key-types';
import { HIDDEN_TYPE } from '@redis-to-mongo/redis-source';
import { counted } from '@redis-to-mongo/terminal';
import type { RedisClient } from '../clients.js';
import { surveyKeys } from '../survey-keys.js';
import { checkTrimming, trims, unreadable } from './check-source.js';
import { type Findings, SEE_ACL } from './finding.js';

/** Finds patterns that match no key, and key types that are not mirrored. Reads every key's name once. */
export async function checkPatterns(findings: Findings, redis: RedisClient, config: Config): Promise<void> {
  const survey = await surveyKeys(redis, config).catch((error: unknown) => unreadable(findings, error));
  if (!survey) return;
  const mirrored = survey.types.filter(({ isMirrored }) => isMirrored);
  const chosen = mirrored.reduce((sum, { keys }) => sum + keys, 0);
  findings.ok(`${counted(chosen, 'key')} ${chosen === 1 ? 'is' : 'are'} chosen`);
  const stream = survey.types.find(({ type, isMirrored }) => type === 'stream' && isMirrored);
  if (stream && trims(config)) await checkTrimming(findings, redis, stream.example);
  for (const { option, pattern, keys } of survey.patterns)
    if (keys === 0)
      findings.advise(
        `${option} ${pattern} matches no key`,
        pattern === '*' ? 'Redis has none: check the address and the database number' : 'check its spelling',
      );
  for (const { type, keys, isMirrored } of survey.types)
    if (type === HIDDEN_TYPE)
      findings.advise(
        `${counted(keys, 'key')} ${keys === 1 ? 'is' : 'are'} left out, since the user may not read ${keys === 1 ? 'it' : 'them'}`,
        `give the user these keys, or name them in KEY_EXCLUDE: ${SEE_ACL}`,
      );
    else if (!isMirrored)
      findings.advise(
        `${counted(keys, 'key')} of type ${type} ${keys === 1 ? 'is' : 'are'} not mirrored`,
        isKeyType(type)
          ? 'add the type to KEY_TYPES, or the keys to KEY_EXCLUDE'
          : 'add the keys to KEY_EXCLUDE',
      );
}

/** Reports each reason of the fleet's verdict why the mirror is not complete. */
export function checkMirror(findings: Findings, verdict: Verdict, isStarted: boolean): void {
  for (const { code, level, what, remedy } of verdict.reasons) {
    if (REPORTED_ELSEWHERE.has(code)) continue;
    // Before the first start, it is not a problem that no process runs.
    const isProblem = level === 'broken' && (isStarted || !NOT_STARTED.has(code));
    if (isProblem) findings.problem(what, remedy);
    else findings.advise(what, remedy);
  }
  if (verdict.reasons.length === 0) findings.ok(verdict.title);
}

/** The checks of the servers report these. */
const REPORTED_ELSEWHERE: ReadonlySet<string> = new Set([
  'queue-unreadable',
  'target-unreadable',
  'source-unreachable',
]);
const NOT_STARTED: ReadonlySet<string> = new Set(['no-scheduler', 'no-worker']);
