import { startTcpProxy } from '@redis-to-mongo/local-stack';
import { fleetForTests, metricsOf, until } from '@redis-to-mongo/test-kit';
import { expect, it } from 'vitest';
import { untilVerdict, verdictOn } from './verdict-under-test.js';

const fleet = fleetForTests();

it('the mirror is not called complete while the worker that tails a stream hangs in a write', async () => {
  const mongoUri = new URL(fleet.namespace.mongoUri);
  const proxy = await startTcpProxy(Number(mongoUri.port));
  mongoUri.port = String(proxy.port);
  fleet.scheduler();
  const worker = fleet.worker({ MONGO_URI: mongoUri.href });
  let added = 0;
  const add = async () => {
    added++;
    await fleet.redis.xadd('busy', '*', 'n', String(added));
  };
  await until(async () => {
    await add();
    expect((await metricsOf(worker))('tailed_streams')).toBe(1);
  });
  await add();
  await until(async () => expect(await fleet.entries('busy')).toBe(added));
  proxy.set('hang');
  await add();
  const verdict = await untilVerdict(fleet, 'changes-waiting');
  expect(verdict.level).not.toBe('complete');
  // Not because the driver gave up: that takes much longer.
  expect(worker.output()).not.toContain('MONGO_');
  expect(await fleet.entries('busy')).toBe(added - 1);
  for (let i = 0; i < 20; i++) expect((await verdictOn(fleet)).level).not.toBe('complete');
  proxy.set('pass');
  await until(async () => expect(await fleet.entries('busy')).toBe(added));
  await untilVerdict(fleet, 'complete');
  await proxy.close();
});
