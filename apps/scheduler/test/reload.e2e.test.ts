import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetForTests, prints, until } from '@redis-to-mongo/test-kit';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'reload-'));
const CONFIG_FILE = join(folder, 'config.json');
const configure = (options: object) => writeFileSync(CONFIG_FILE, JSON.stringify(options));

afterAll(() => rmSync(folder, { recursive: true }));
const fleet = fleetForTests();

it('scheduler and worker take rules, intervals and limits over by SIGHUP, and a wrong file changes nothing', async () => {
  const hours = { SYNC_INTERVAL_SEC: 3600, IDLE_INTERVAL_SEC: 3600 };
  configure({ ...hours, KEY_EXCLUDE: ['new*'] });
  await fleet.redis.xadd('orders', '1-0', 'n', '1');
  await fleet.redis.xadd('new', '1-0', 'n', '1');
  await fleet.redis.sadd('orders:tags', 'a');
  // The test's own settings of intervals would hide those of the file.
  const own = { CONFIG_FILE, SYNC_INTERVAL_SEC: '' };
  const apps = [fleet.scheduler(own), fleet.worker(own)];
  await until(async () => expect(await fleet.entries('orders')).toBe(1));
  await until(async () => expect(await fleet.everyMs('orders')).toBe(3_600_000));

  configure({ SYNC_INTERVAL_SEC: -1, KEY_EXCLUDE: [], RULES: [{ pattern: 'orders', nonsense: 1 }] });
  for (const app of apps) {
    app.kill('SIGHUP');
    await prints(app, /configuration not reloaded: SYNC_INTERVAL_SEC/);
    await prints(app, /configuration not reloaded: RULES/);
  }
  expect(await fleet.everyMs('orders')).toBe(3_600_000);
  expect(await fleet.everyMs('new')).toBeUndefined();

  configure({
    SYNC_INTERVAL_SEC: 0.5,
    IDLE_INTERVAL_SEC: 1800,
    SLICE_MS: 500,
    RULES: [
      { pattern: 'later', types: ['stream'], collection: 'by_rule' },
      { pattern: 'orders*', types: ['stream'], intervalSec: 60 },
      { pattern: 'orders*', types: ['set'], intervalSec: 90 },
    ],
    WORKER_HTTP_PORT: 1,
    KEY_EXCLUDE: ['never'],
  });
  for (const app of apps) {
    app.kill('SIGHUP');
    await prints(app, /configuration reloaded/);
  }
  expect(apps[0]?.output()).toMatch(/"option changed","option":"SYNC_INTERVAL_SEC","from":"3600","to":"0.5"/);
  expect(apps[1]?.output()).toMatch(/"option changed","option":"SLICE_MS"/);
  expect(apps[1]?.output()).toMatch(/restart to apply it","option":"WORKER_HTTP_PORT"/);
  // What the other app alone uses waits for no restart.
  expect(apps[0]?.output()).toMatch(/"option changed: this process does not use it","option":"SLICE_MS"/);
  expect(apps[0]?.output()).toMatch(/"configuration reloaded","changed":\d+,"needRestart":0/);
  expect(apps[1]?.output()).toMatch(/"option changed: this process does not use it","option":"KEY_EXCLUDE"/);
  expect(apps[1]?.output()).toMatch(/"configuration reloaded","changed":\d+,"needRestart":1/);
  await until(async () => expect(await fleet.entries('new')).toBe(1));
  await until(async () => expect(await fleet.everyMs('orders')).toBe(60_000));
  await until(async () => expect(await fleet.everyMs('orders:tags')).toBe(90_000));
  await until(async () => expect(await fleet.everyMs('new')).toBe(1_800_000));
  await fleet.redis.xadd('later', '1-0', 'n', '1');
  await until(async () => expect(await fleet.db.collection('by_rule').countDocuments()).toBe(1));
});
