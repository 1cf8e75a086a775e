import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_TYPES } from '@redis-to-mongo/key-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configFolder } from './config-folder.js';

const folder = configFolder();

it('finds config.json in the working directory, else in its folder config, also once it was replaced', () => {
  mkdirSync(join(folder.path, 'config'));
  const path = folder.write('config/config.json', { SYNC_INTERVAL_SEC: 7 });
  expect(folder.load({})).toMatchObject({ file: path, sync: { intervalMs: 7000 } });
  // As editors save: another file takes the name.
  renameSync(folder.write('config/new', { SYNC_INTERVAL_SEC: 9 }), path);
  expect(folder.load({}).sync.intervalMs).toBe(9000);
  expect(folder.load({}, { SYNC_INTERVAL_SEC: 3 }).sync.intervalMs).toBe(3000);
});

it('reads proxies as ranges and names of ranges, and a base path without the slash at its end', () => {
  const env = {
    DASHBOARD_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,fd00::1',
    DASHBOARD_BASE_PATH: '/ops/mirror/',
  };
  expect(folder.load(env).dashboard).toMatchObject({
    trustedProxies: ['loopback', '10.0.0.0/8', 'fd00::1'],
    basePath: '/ops/mirror',
  });
  expect(folder.load({ DASHBOARD_BASE_PATH: '/' }).dashboard.basePath).toBe('');
});

it('knows the former names of options, which count for nothing beside the present one, wherever it stands', () => {
  const changeFeed = (file: object, env: Record<string, string> = {}) =>
    folder.load(env, file).sync.changeFeed;
  expect(changeFeed({})).toBe(true);
  expect(changeFeed({ WAKE_UPS: false })).toBe(false);
  expect(changeFeed({}, { WAKE_UPS: 'false' })).toBe(false);
  expect(changeFeed({ CHANGE_FEED: false, WAKE_UPS: true })).toBe(false);
  expect(changeFeed({ WAKE_UPS: true, CHANGE_FEED: false })).toBe(false);
  expect(changeFeed({}, { WAKE_UPS: 'true', CHANGE_FEED: 'false' })).toBe(false);
  expect(folder.load({ FOLLOW_STREAMS: '7' }, {}).sync.tailStreams).toBe(7);
  expect(folder.load({}, { FOLLOW_STREAMS: 7 }).sync.tailStreams).toBe(7);
  const { warnings: _, ...retired } = folder.load({ DISCOVERY_INTERVAL_SEC: '5' }, {});
  expect(folder.load({}, {})).toMatchObject(retired);
  expect(folder.load({}, { DISCOVERY_INTERVAL_SEC: 5 }).sync).toEqual(folder.load({}).sync);
});

it('warns about each former name that is in use, and says how to replace it', () => {
  expect(folder.load({ FOLLOW_STREAMS: '7' }, { WAKE_UPS: false }).warnings).toEqual([
    'FOLLOW_STREAMS in the environment is deprecated: rename it to TAIL_STREAMS',
    'WAKE_UPS in config.json is deprecated: rename it to CHANGE_FEED',
  ]);
  expect(
    folder.load({ FOLLOW_STREAMS: '7', TAIL_STREAMS: '8' }, { DISCOVERY_INTERVAL_SEC: 5 }).warnings,
  ).toEqual([
    'FOLLOW_STREAMS in the environment is ignored, because TAIL_STREAMS is set: remove FOLLOW_STREAMS',
    'DISCOVERY_INTERVAL_SEC in config.json no longer has an effect: remove it',
  ]);
  expect(folder.load({ TAIL_STREAMS: '7' }, {}).warnings).toEqual([]);
});

describe('loadConfig', () => {
  it('starts with defaults alone', () => {
    expect(folder.load({})).toMatchObject({
      redis: { host: 'localhost', port: 6379, db: 0, tls: { enabled: false, rejectUnauthorized: true } },
      queue: { prefix: 'r2m', redis: { host: 'localhost', port: 6379 } },
      mongo: {
        uri: 'mongodb://localhost/',
        dbName: 'redis_to_mongo',
        writeBatchEntries: 5000,
        writeBatchBytes: 16 * 1024 * 1024,
      },
      keys: {
        include: ['*'],
        exclude: [],
        separator: ':info:',
        types: KEY_TYPES,
      },
      sync: {
        intervalMs: 1000,
        readEntries: 5000,
        readBytes: 8 * 1024 * 1024,
        sliceEntries: 50_000,
        sliceBytes: 64 * 1024 * 1024,
        sliceMs: 2000,
      },
      worker: { concurrency: 32, shutdownTimeoutMs: 25_000 },
      http: { host: '127.0.0.1', schedulerPort: 0, workerPort: 0 },
      dashboard: { host: '127.0.0.1', port: 8080, username: 'admin', readOnly: false },
      log: { level: 'info', format: 'auto' },
      warnings: [],
    });
  });

  it.each([[''], [null]])(
    'takes a config.json of the old engine as it is, with the password %j',
    (nothing) => {
      const config = folder.load(
        {},
        {
          MONGO_DB_NAME: 'events',
          MONGO_USERNAME: nothing,
          MONGO_PASSWORD: nothing,
          MONGO_HOST: 'mongo.internal:27018',
          REDIS_HOST: 'redis.internal',
          REDIS_PORT: '6380',
          SYNC_INTERVAL_SEC: '60',
          MESSAGES_PER_STREAM: '100000',
        },
      );
      expect(config.mongo).toMatchObject({ uri: 'mongodb://mongo.internal:27018/', dbName: 'events' });
      expect(config.redis).toMatchObject({ host: 'redis.internal', port: 6380 });
      expect(config.sync).toMatchObject({ intervalMs: 60_000, readEntries: 100_000, sliceEntries: 100_000 });
      expect(config.warnings).toEqual([]);
    },
  );

  it('prefers the environment to the file, and the file to the defaults', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 1, max: 1024 }), { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 1024 }), { nil: undefined }),
        fc.boolean(),
        (env, file, asText) => {
          const config = folder.load(
            env === undefined ? {} : { WORKER_CONCURRENCY: String(env) },
            file === undefined ? {} : { WORKER_CONCURRENCY: asText ? String(file) : file },
          );
          expect(config.worker.concurrency).toBe(env ?? file ?? 32);
          const source = env !== undefined ? 'environment' : file !== undefined ? 'config.json' : 'default';
          expect(config.options.find(({ option }) => option === 'WORKER_CONCURRENCY')?.source).toBe(source);
        },
      ),
    );
  });

  it('takes an empty variable as not set', () => {
    expect(
      folder.load({ REDIS_HOST: '', CONFIG_FILE: '' }, { REDIS_HOST: 'redis.internal' }).redis.host,
    ).toBe('redis.internal');
  });

  it('lets a valid variable stand in for a value of the file that is not valid', () => {
    expect(folder.load({ REDIS_PORT: '7000' }, { REDIS_PORT: { a: 1 } }).redis.port).toBe(7000);
  });

  it('reads decimals, lists and flags from text', () => {
    const config = folder.load({
      SYNC_INTERVAL_SEC: '0.25',
      KEY_INCLUDE: 'orders:*, a\\,b ,c\\*d',
      KEY_TYPES: 'stream,json,stream',
      DASHBOARD_READ_ONLY: 'Yes',
    });
    expect(config.sync.intervalMs).toBe(250);
    expect(config.keys.include).toEqual(['orders:*', 'a,b', 'c\\*d']);
    expect(config.keys.types).toEqual(['stream', 'json']);
    expect(config.dashboard.readOnly).toBe(true);
  });

  it('reads any list back from its items when their commas are escaped', () => {
    const item = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && !/[\\\0]/.test(text));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
        const text = items.map((each) => each.replaceAll(',', '\\,')).join(',');
        expect(folder.load({ KEY_INCLUDE: text }).keys.include).toEqual(items);
        expect(folder.load({}, { KEY_INCLUDE: items }).keys.include).toEqual(items);
      }),
    );
  });

  it('lets a default give way to an amount that was given', () => {
    expect(folder.load({ SLICE_ENTRIES: '100' }).sync).toMatchObject({ readEntries: 100, sliceEntries: 100 });
  });

  it('reads the file that --config names, before the one that CONFIG_FILE names', () => {
    folder.write('a.json', { REDIS_HOST: 'a' });
    const b = folder.write('b.json', '\uFEFF{"REDIS_HOST":"b"}');
    expect(folder.load({ CONFIG_FILE: 'a.json' }, { REDIS_HOST: 'default' }).redis.host).toBe('a');
    const config = folder.load({ CONFIG_FILE: 'a.json' }, undefined, ['demo', '--keep', '--config', b]);
    expect(config).toMatchObject({ file: b, redis: { host: 'b' } });
  });

  it('cannot be changed', () => {
    const config = folder.load({});
    expect(() => Object.assign(config.redis.tls, { enabled: true })).toThrow(TypeError);
  });

  it('warns of variables that look like a misspelled option, and of no others', () => {
    const { warnings } = folder.load({
      MONGO_URL: 'mongodb://u:hunter2@h',
      REDIS_PORT_6379_TCP: 'x',
      PATH: 'y',
      CONFIG_FIL: 'z',
    });
    expect(warnings).toEqual([
      'MONGO_URL in the environment is not an option and is ignored: did you mean MONGO_URI?',
      'CONFIG_FIL in the environment is not an option and is ignored: did you mean CONFIG_FILE?',
    ]);
  });
});

it('a value of the environment that is in quotes is reported, and not shown if it is secret', () => {
  const env = { KEY_INCLUDE: '"orders:*"', REDIS_PASSWORD: "'s3cret'" };
  const { warnings, keys } = folder.load(env);
  expect(keys.include).toEqual(['"orders:*"']);
  expect(warnings).toEqual([
    expect.stringMatching(/^(KEY_INCLUDE|REDIS_PASSWORD) is in quotes/),
    expect.stringMatching(/^(KEY_INCLUDE|REDIS_PASSWORD) is in quotes/),
  ]);
  expect(String(warnings)).not.toContain('s3cret');
  expect(() => folder.load({ MONGO_URI: '"mongodb://a:s3cret@mongo"' })).toThrow(
    /MONGO_URI.*\*\*\*.*: remove the quotes around it/,
  );
});
