import type { Config } from '@redis-to-mongo/config';
import { SyncError } from '@redis-to-mongo/pipeline';
import type { RedisClient } from '../clients.js';
import { checkChangeFeed } from './check-change-feed.js';
import { checkClock } from './check-clock.js';
import { trims } from './check-trimming.js';
import { type Findings, NO_INFO, SEE_ACL } from './finding.js';
import { missingCommands } from './missing-commands.js';
import { readServerInfo } from './server-info.js';

/** Checks the source Redis: does it answer, is it new enough, may the fleet read it? */
export async function checkSource(findings: Findings, redis: RedisClient, config: Config): Promise<void> {
  const info = await readServerInfo(redis, 'source').catch((error: unknown) => unreadable(findings, error));
  if (!info) return;
  if (info.version === undefined) {
    findings.ok('it answers, and accepts the login');
    findings.advise(NO_INFO, SEE_ACL);
  } else if (info.number < 602)
    findings.problem(`version ${info.version}`, 'reads use exclusive ranges: use version 6.2 or newer');
  else if (info.number < 700)
    findings.advise(
      `version ${info.version}`,
      'lost entries are only estimated; version 7.0 and newer count them exactly',
    );
  else findings.ok(`version ${info.version}`);
  const policy = info.field('maxmemory_policy');
  if (policy && policy !== 'noeviction' && info.field('maxmemory') !== '0')
    findings.advise(
      `maxmemory-policy ${policy}`,
      'keys that it evicts are marked as deleted; keys evicted before they are read are lost',
    );
  if (info.clockAheadMs !== undefined) checkClock(findings, info.clockAheadMs);
  await checkChangeFeed(findings, redis, config);
  const lacking = await missingCommands(redis, config.keys.types).catch((error: unknown) =>
    unreadable(findings, error),
  );
  if (!lacking) return;
  const { needed, helpful, trimming } = lacking;
  if (needed.length > 0) findings.problem(`the user may not run ${needed.join(', ')}`, SEE_ACL);
  if (helpful.length > 0)
    findings.advise(`the user may not run ${helpful.join(', ')}`, `reading is slower without: ${SEE_ACL}`);
  if (trims(config) && trimming.length > 0)
    findings.problem(
      `the user may not run ${trimming.join(', ')}`,
      `streams are not trimmed, although TRIM_MODE or a rule asks for it: ${SEE_ACL}`,
    );
  if (needed.length + helpful.length === 0) findings.ok('the user may run all commands that the fleet needs');
}

/** A server that does not answer is a finding too; then the result is `undefined`. */
export function unreadable(findings: Findings, error: unknown): undefined {
  if (!(error instanceof SyncError)) throw error;
  findings.problem(error.code, error.message);
  return undefined;
}
