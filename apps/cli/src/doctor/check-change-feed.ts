import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@redis-to-mongo/config';
import { ChangeFeed, keyPrefixes } from '@redis-to-mongo/redis-source';
import type { RedisClient } from '../clients.js';
import type { Findings } from './finding.js';

/** The time limit for the feed to start, in ms. After it, the feed is reported as not connected. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 20;

/** Checks whether the source reports changes, as a scheduler does, and what happens if it does not. */
export async function checkChangeFeed(
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
