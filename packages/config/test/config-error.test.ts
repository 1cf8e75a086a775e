import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFolder } from './config-folder.js';

const folder = configFolder();

describe('ConfigError', () => {
  it('reports all problems at once, aligned, each with its option, source, value and remedy', () => {
    const error = folder.refuse(
      { REDIS_PORT: 'abc', LOG_LEVEL: 'loud' },
      { MONGO_USERNAME: 'root', WORKER_CONCURRENCY: 0, REDIS_HOTS: 'x' },
    );
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe(
      [
        'There are 5 problems in the configuration.',
        '  REDIS_HOTS          config.json        is not an option: did you mean REDIS_HOST?',
        '  REDIS_PORT          environment  abc   is not a whole number: write a whole number, 1 to 65535',
        '  WORKER_CONCURRENCY  config.json  0     is below 1: write a whole number, 1 to 1024, in jobs',
        '  LOG_LEVEL           environment  loud  is not one of the words allowed: write one of error, warn, info, debug',
        '  MONGO_USERNAME      config.json  root  is a user name without a password: set MONGO_PASSWORD too',
      ].join('\n'),
    );
    expect(error.problems.map(({ option }) => option)).toEqual([
      'REDIS_HOTS',
      'REDIS_PORT',
      'WORKER_CONCURRENCY',
      'LOG_LEVEL',
      'MONGO_USERNAME',
    ]);
  });

  it.each([
    ['REDIS_PORT', '65536', 'is above 65535'],
    ['REDIS_PORT', '0', 'is below 1'],
    ['REDIS_PORT', '12abc', 'is not a whole number'],
    ['REDIS_PORT', '1.5', 'is not a whole number'],
    ['REDIS_PORT', 'tcp://10.0.0.1:6379', 'Kubernetes'],
    ['REDIS_HOST', 'local host', 'is not a host name'],
    ['REDIS_HOST', 'redis:6379', 'has a port in it'],
    ['REDIS_HOST', 'redis://redis', 'is a URL'],
    ['REDIS_URL', 'http://redis', 'does not begin with redis://'],
    ['REDIS_URL', 'redis://redis/one', 'not the number of a database'],
    ['REDIS_URL', 'redis://redis?password=x', 'behind the database'],
    ['REDIS_URL', 'redis://u:%zz@redis', 'not percent-encoded'],
    ['MONGO_URI', 'localhost', 'does not begin with mongodb://'],
    ['MONGO_URI', 'mongodb://u:p/w@localhost', 'is not a connection string'],
    ['MONGO_HOST', 'a:1,,b', 'is not a host, host:port or a list'],
    ['MONGO_HOST', 'a:99999', 'port that is not between'],
    ['MONGO_DB_NAME', 'a.b', 'no database name may have'],
    ['SYNC_INTERVAL_SEC', '0', 'is below 0.01'],
    ['SYNC_INTERVAL_SEC', '0.000001', 'is below 0.01'],
    ['IDLE_INTERVAL_SEC', '1e-9', 'is below 0.01'],
    ['TRIM_KEEP_SEC', '1e306', 'is above 3162240000'],
    ['SYNC_INTERVAL_SEC', 'Infinity', 'is not a number'],
    ['KEY_INCLUDE', ' , ', 'is empty'],
    ['KEY_TYPES', 'stream,sett', 'not one of the words allowed'],
    ['REDIS_TLS', 'maybe', 'neither true nor false'],
    ['DASHBOARD_PASSWORD_HASH', 'hunter2', 'is not a scrypt hash'],
    ['DASHBOARD_TRUSTED_PROXIES', '10.0.0.0/33', 'neither an address nor a range'],
    ['DASHBOARD_TRUSTED_PROXIES', '10.0.0.1,proxy.example', 'neither an address nor a range'],
    ['DASHBOARD_TRUSTED_PROXIES', '0.0.0.0/0', 'neither an address nor a range'],
    ['DASHBOARD_BASE_PATH', 'mirror', 'does not begin with /'],
    ['DASHBOARD_BASE_PATH', '//evil.example', 'is not a plain path'],
    ['DASHBOARD_BASE_PATH', '/a/../b', 'is not a plain path'],
    ['DASHBOARD_BASE_PATH', '/a?b', 'is not a plain path'],
    ['DASHBOARD_BASE_PATH', '/queues/x', 'begins as one of the dashboard’s own'],
    ['DASHBOARD_PORT', 'tcp://10.0.0.1:80', 'enableServiceLinks'],
    ['REDIS_TLS_CA_FILE', 'ca.pem', 'has no effect, because TLS is off'],
    ['SLICE_MS', '25000', 'is not below WORKER_SHUTDOWN_TIMEOUT_MS'],
    ['WORKER_SHUTDOWN_TIMEOUT_MS', '2000', 'is not above SLICE_MS'],
  ])('refuses %s=%s', (option, value, problem) => {
    const { problems } = folder.refuse({ [option]: value });
    expect(problems).toMatchObject([
      { option, source: 'environment', problem: expect.stringContaining(problem) },
    ]);
  });

  it.each([
    ['KEY_SEPARATOR', '', 'is empty'],
    ['KEY_INCLUDE', [], 'is empty'],
    ['KEY_INCLUDE', [1], 'is not a list of texts'],
    ['MONGO_PASSWORD', 12345, 'is not text (put it in quotes)'],
    ['REDIS_HOST', { a: { b: { c: 1 } } }, 'is an object'],
    ['REDIS_PORT', true, 'is not a whole number'],
    ['REDIS_HOST', ['a'], 'is not text'],
    ['CONFIG_FILE', 'a.json', 'is not an option'],
  ])('refuses %s: %j in the file', (option, value, problem) => {
    const { problems } = folder.refuse({}, { [option]: value });
    expect(problems).toMatchObject([
      { option, source: 'config.json', problem: expect.stringContaining(problem) },
    ]);
  });

  it('refuses amounts that were both given and do not agree', () => {
    const { problems } = folder.refuse({ MESSAGES_PER_STREAM: '11' }, { SLICE_ENTRIES: 10 });
    expect(problems).toMatchObject([
      { option: 'MESSAGES_PER_STREAM', problem: 'is more than SLICE_ENTRIES (10)' },
    ]);
  });

  it('names the nearest option whatever the case, and none where none is near', () => {
    const { problems } = folder.refuse({}, { mongo_host: 'a', __proto__x: 1, WHOLLY_DIFFERENT: 2 });
    expect(problems.map(({ remedy }) => remedy)).toEqual([
      'did you mean MONGO_HOST?',
      'remove it',
      'remove it',
    ]);
  });

  it('reports where JSON breaks, and nothing of what is there', () => {
    const error = folder.refuse(
      { REDIS_PORT: 'abc' },
      '{\n  "MONGO_PASSWORD": "hunter2",\n  "REDIS_PORT": hunter3\n}',
    );
    expect(error.problems).toMatchObject([
      { option: 'CONFIG_FILE', problem: 'is not JSON at line 3, column 17' },
      { option: 'REDIS_PORT' },
    ]);
    expect(error.message).toContain('config.json');
    expect(error.message).not.toContain('hunter');
    expect(error.cause).toBeUndefined();
  });

  it.each(['', '[]', '"x"', '{"a":1', '{"a":1,}', "{'a':1}"])('refuses a file with %j in it', (content) => {
    expect(folder.refuse({}, content).problems).toMatchObject([
      {
        option: 'CONFIG_FILE',
        problem: expect.stringMatching(
          /^is (empty|not JSON at line 1, column \d+|not JSON: its end is missing|not a JSON object)$/,
        ),
      },
    ]);
  });

  it('says of a file that is cut short that its end is missing, wherever that is', () => {
    const whole = '{\n  "RULES": [{ "pattern": "a", "ttlSec": 50 }]\n}';
    for (let length = 1; length < whole.length; length++) {
      const [problem] = folder.refuse({}, whole.slice(0, length)).problems;
      expect(problem, whole.slice(0, length)).toMatchObject({ problem: 'is not JSON: its end is missing' });
    }
  });

  it('reports a name that stands twice in one object of the file, or of rules in the environment', () => {
    const twice = '{\n  "RULES": [{ "pattern": "a" }],\n  "REDIS_DB": 1,\n  "RULES": [{ "pattern": "b" }]\n}';
    expect(folder.refuse({}, twice).problems).toMatchObject([
      { option: 'CONFIG_FILE', problem: 'names a member twice, again at line 4, column 3' },
    ]);
    const rules = '[{ "pattern": "a", "ttlSec": 5, "ttlSec": 50 }]';
    expect(folder.refuse({}, `{ "RULES": ${rules} }`).problems).toMatchObject([
      { option: 'CONFIG_FILE', problem: 'names a member twice, again at line 1, column 44' },
    ]);
    expect(folder.refuse({ RULES: rules }, {}).problems).toMatchObject([
      { option: 'RULES', problem: 'names a member twice, again at line 1, column 33' },
    ]);
    expect(folder.refuse({ RULES: '[{ "pattern": "a", }]' }, {}).problems).toMatchObject([
      { option: 'RULES', problem: 'is not JSON at line 1, column 20' },
    ]);
  });

  it('refuses a file that is not UTF-8, where a password would become another one', () => {
    writeFileSync(
      join(folder.path, 'config.json'),
      Buffer.from('{"REDIS_PASSWORD": "pw-\u00fc-hush"}', 'latin1'),
    );
    const error = folder.refuse({});
    expect(error.problems).toMatchObject([{ option: 'CONFIG_FILE', problem: 'is not UTF-8' }]);
    expect(error.message).not.toContain('hush');
  });

  it('does not start with the defaults where config.json is a link to nothing, or its folder can’t be read', () => {
    const path = join(folder.path, 'config.json');
    symlinkSync('nowhere', path);
    expect(folder.refuse({}).problems).toMatchObject([{ value: path, problem: 'does not exist' }]);
    unlinkSync(path);
    // A loop stands for any folder that can't be read, since root can read all others.
    symlinkSync('config', join(folder.path, 'config'));
    expect(folder.refuse({}).problems).toMatchObject([{ problem: "can't be read (ELOOP)" }]);
  });

  it('shows no item of a list that is not text', () => {
    const [{ value } = {}] = folder.refuse({}, { KEY_EXCLUDE: [1, 'a', { b: 'hunter2' }, null] }).problems;
    expect(value).toBe('1, a, an object, null');
  });

  it('refuses a named file that is not there, and a --config without a path', () => {
    expect(folder.refuse({ CONFIG_FILE: 'no.json' }).problems).toMatchObject([
      { option: 'CONFIG_FILE', source: 'environment', problem: 'does not exist' },
    ]);
    expect(folder.refuse({}, {}, ['--config=no.json']).problems).toMatchObject([
      { option: '--config', source: 'command line', problem: 'does not exist' },
    ]);
    expect(folder.refuse({}, {}, ['--config']).problems).toMatchObject([
      { option: '--config', problem: 'names no file' },
    ]);
  });

  it('refuses a folder, a pipe and a device in place of a file, and waits for none of them', () => {
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const link = join(folder.path, 'link.json');
    symlinkSync(pipe, link);
    for (const path of ['.', pipe, link, '/dev/zero'])
      expect(folder.refuse({ CONFIG_FILE: path }).problems).toMatchObject([
        { option: 'CONFIG_FILE', problem: 'is not a file' },
      ]);
    renameSync(pipe, join(folder.path, 'config.json'));
    expect(folder.refuse({}).problems).toMatchObject([{ problem: 'is not a file' }]);
    rmSync(join(folder.path, 'config.json'));
  });
});
