import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@redis-to-mongo/config';
import { ChangeFeed, keyPrefixes } from '@redis-to-mongo/redis-source';
import type { RedisClient } from '../clients.js';
import type { Findings } from './finding.js';

/** A feed that has not begun by then, in ms, is told as not connected. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 20;

/** Tries whether the source tells of changes, as a scheduler does, and says what follows where it does not. */
export async function checkChangeFeed(
  findings: Findings,
  redis: RedisClient,
  { redis: address, keys, sync }: Config,
): Promise<void> {
  const polled = 'all keys are polled every SYNC_INTERVAL_SEC';
  if (!sync.changeFeed) {
    findings.advise('CHANGE_FEED is off', `${polled}; switch it on to have changes at once`);
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
    if (state.is === 'listening') findings.ok('it tells of every change');
    else if (state.is === 'refused')
      findings.advise(`it does not tell of changes: ${state.reason}`, `${polled}; ${state.remedy}`);
    else findings.advise('the change feed could not be connected', 'see whether it takes more connections');
  } finally {
    await feed.close();
  }
}
