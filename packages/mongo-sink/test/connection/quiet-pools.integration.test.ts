import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { connectMongo } from '../../src/connection/connect-mongo.js';
import { quietPools } from '../../src/connection/driver-parts.js';

const WATCHED_MS = 1_000;

/** How many timers are set in a second while a connection does nothing. */
async function timersWhileIdle(options: Readonly<Record<string, string>> = {}): Promise<number> {
  const uri = new URL(testMongoUri());
  for (const [name, value] of Object.entries(options)) uri.searchParams.set(name, value);
  const mongo = connectMongo({ uri: uri.href, dbName: 'test_quiet_pools', tls: NO_TLS }, 'test');
  let timers = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'Timeout') timers++;
    },
  });
  try {
    await mongo.db.command({ ping: 1 });
    await sleep(100);
    hook.enable();
    await sleep(WATCHED_MS);
    return timers;
  } finally {
    hook.disable();
    await mongo.close();
  }
}

it('an idle connection does not wake up its process ten times a second', async () => {
  expect(await timersWhileIdle()).toBeLessThan(6);
});

it('the driver looks after its connections where the URI asks for it', async () => {
  expect(await timersWhileIdle({ minPoolSize: '2' })).toBeGreaterThan(6);
  expect(await timersWhileIdle({ maxIdleTimeMS: '10000' })).toBeGreaterThan(6);
});

it('the driver is built as expected', async () => {
  expect(await quietPools()).toBe(true);
});
