import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@redis-to-mongo/config';
import { keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import { isKeyRefused, redisError } from '@redis-to-mongo/redis-connection';
import { ChangeFeed, keyPrefixes } from '@redis-to-mongo/redis-source';
import type { RedisClient } from '../clients.js';
import { checkClock, type Findings, NO_INFO, SEE_ACL } from './finding.js';
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
  const lacking = await missingCommands(redis, config.keys.types, trims(config)).catch((error: unknown) =>
    unreadable(findings, error),
  );
  if (!lacking) return;
  const { needed, helpful, trimming } = lacking;
  if (needed.length > 0) findings.problem(`the user may not run ${needed.join(', ')}`, SEE_ACL);
  if (helpful.length > 0)
    findings.advise(
      `the user may not run ${helpful.join(', ')}`,
      `reading is slower, or times are less exact, without: ${SEE_ACL}`,
    );
  if (trimming.length > 0)
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

/** The time limit for the feed to start, in ms. After it, the feed is reported as not connected. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 20;

/** Checks whether the source reports changes, as a scheduler does, and what happens if it does not. */
async function checkChangeFeed(
  findings: Findings,
  redis: RedisClient,
  { redis: address, keys, sync }: Config,
): Promise<void> {
  const polled = 'all keys are polled every SYNC_INTERVAL_SEC';
  if (!sync.changeFeed) {
    findings.advise('CHANGE_FEED is off', `${polled}; turn it on to receive changes immediately`);
    return;
  }
  const feed = new ChangeFeed({
    ...{ address, redis, prefixes: keyPrefixes(keys.include) },
    onChange: () => {},
    onMissed: () => {},
    onError: () => {},
  });
  try {
    const until = performance.now() + PATIENCE_MS;
    while (feed.state.is === 'connecting' && performance.now() < until) await sleep(LOOK_MS);
    const { state } = feed;
    if (state.is === 'listening') findings.ok('it reports every change');
    else if (state.is === 'refused')
      findings.advise(`it does not report changes: ${state.reason}`, `${polled}; ${state.remedy}`);
    else
      findings.advise('the change feed could not be connected', 'check whether it accepts more connections');
  } finally {
    await feed.close();
  }
}

/** Whether streams are trimmed, by TRIM_MODE or by a rule. */
export function trims({ sync, rules }: Config): boolean {
  return [sync.trim, ...rules.flatMap(({ trim }) => trim ?? [])].some(({ mode }) => mode !== 'off');
}

/** Checks whether a stream of the source can be trimmed. It tries with a bound below every entry, so nothing is trimmed. */
export async function checkTrimming(findings: Findings, redis: RedisClient, stream: string): Promise<void> {
  try {
    await redis.call('XTRIM', keyBytes(stream), 'MINID', '0-0');
  } catch (error) {
    const remedy = 'streams are not trimmed, although TRIM_MODE or a rule asks for it';
    if (isKeyRefused(error))
      findings.problem(
        'the user may read streams, but not write to them',
        `${remedy}: ~ in place of %R~, ${SEE_ACL}`,
      );
    // A command that the user may not run was reported with the others.
    else if (redisError(error).code === 'REDIS_READONLY')
      findings.problem('the source is a read-only replica', `${remedy}: name the master in REDIS_URL`);
  }
}
