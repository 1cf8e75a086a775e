import { startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { expect, it } from 'vitest';
import { sourceAnswers } from '../src/source-answers.js';

it('a source that is a replica tells for how long it has had no link to its primary', async () => {
  const primary = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${primary.port}`] });
  const source = connectRedis(addressOfUrl(replica.url), () => {});
  try {
    const link = async () => /master_link_status:(\w+)/.exec(await source.info('replication'))?.[1];
    await expect.poll(link, { timeout: 30_000 }).toBe('up');
    expect(await sourceAnswers(source)).toEqual({ masters: 1, silent: [], cutOffMs: 0 });
    await primary.kill();
    const cutOffMs = async () => (await sourceAnswers(source)).cutOffMs;
    await expect.poll(cutOffMs, { timeout: 30_000 }).toBeGreaterThan(0);
  } finally {
    source.disconnect();
    await Promise.all([primary.stop(), replica.stop()]);
  }
});
