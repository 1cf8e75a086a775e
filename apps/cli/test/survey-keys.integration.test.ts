import { loadConfig } from '@redis-to-mongo/config';
import { startCluster, startMovingSlot } from '@redis-to-mongo/test-kit';
import { expect, test } from 'vitest';
import { surveyKeys } from '../src/survey-keys.js';

test('while a slot of a cluster moves, each key is counted once, though the cluster is scanned twice', async () => {
  const cluster = await startCluster();
  try {
    const { redis, hosts } = cluster;
    await redis.set('text', '1');
    await redis.set('other', '1');
    await startMovingSlot(cluster, 'text');
    const RULES = JSON.stringify([{ pattern: 'text', types: ['string'], collection: 'texts' }]);
    const config = loadConfig({ env: { REDIS_CLUSTER_NODES: hosts, RULES }, argv: [], cwd: '/' });
    expect(await surveyKeys(redis, config)).toMatchObject({
      patterns: [{ option: 'KEY_INCLUDE', pattern: '*', keys: 2 }],
      types: [{ keys: 1 }, { keys: 1 }],
      rules: [{ keys: 1, taken: 0 }],
    });
  } finally {
    await cluster.close();
  }
});
