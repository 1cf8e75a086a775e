import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigFolder, configFolder } from './config-folder.js';

const folder = configFolder();

const login = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('the Redis of the configuration', () => {
  it('reads everything from a URL', () => {
    expect(folder.load({ REDIS_URL: 'rediss://app:p%40ss@[::1]:6380/3' }).redis).toEqual({
      url: 'rediss://app:p%40ss@[::1]:6380/3',
      host: '::1',
      port: 6380,
      username: 'app',
      password: 'p@ss',
      db: 3,
      tls: { enabled: true, rejectUnauthorized: true },
    });
  });

  it('gives back any user name and password through the URL', () => {
    fc.assert(
      fc.property(login, login, (username, password) => {
        const env = { REDIS_URL: 'redis://h:1', REDIS_USERNAME: username, REDIS_PASSWORD: password };
        const { redis } = folder.load(env);
        const url = new URL(redis.url ?? '');
        expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual([
          username,
          password,
        ]);
        expect(folder.load({ REDIS_URL: url.href }).redis).toEqual(redis);
      }),
    );
  });

  it('lets a URL of the environment replace the parts of the file, and says so', () => {
    const config = folder.load(
      { REDIS_URL: 'redis://new' },
      {
        REDIS_HOST: 'old',
        REDIS_PORT: 7000,
        REDIS_PASSWORD: 'hunter2',
        REDIS_TLS: true,
        REDIS_TLS_CA_FILE: 'no.pem',
      },
    );
    expect(config.redis).toMatchObject({
      url: 'redis://new:6379/0',
      host: 'new',
      port: 6379,
      tls: { enabled: false },
    });
    expect(config.redis).not.toHaveProperty('password');
    expect(config.warnings).toEqual([
      'REDIS_URL in the environment replaces REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_TLS of config.json',
    ]);
  });

  it('lets parts of the environment change a URL of the file', () => {
    const file = { REDIS_URL: 'redis://h/1' };
    expect(folder.load({ REDIS_PASSWORD: 'p', REDIS_DB: '2', REDIS_TLS: 'true' }, file).redis).toMatchObject({
      url: 'rediss://:p@h:6379/2',
      db: 2,
      tls: { enabled: true },
    });
    const replaced = folder.load({ REDIS_HOST: 'other' }, file);
    expect(replaced.redis).toMatchObject({ host: 'other', db: 0 });
    expect(replaced.redis).not.toHaveProperty('url');
    expect(replaced.warnings).toEqual(['REDIS_HOST in the environment replaces REDIS_URL of config.json']);
  });

  it('refuses parts that say something else than the URL beside them', () => {
    const { problems } = folder.refuse({
      REDIS_URL: 'redis://a:b@h:1/2',
      REDIS_HOST: 'other',
      REDIS_PORT: '2',
      REDIS_USERNAME: 'c',
      REDIS_PASSWORD: 'd',
      REDIS_DB: '3',
      REDIS_TLS: 'true',
    });
    expect(problems.map(({ option, value }) => [option, value])).toEqual([
      ['REDIS_HOST', 'other'],
      ['REDIS_PORT', '2'],
      ['REDIS_USERNAME', 'c'],
      ['REDIS_PASSWORD', '***'],
      ['REDIS_DB', '3'],
      ['REDIS_TLS', 'true'],
    ]);
  });

  it('accepts parts that say the same as the URL beside them', () => {
    expect(
      folder.load({ REDIS_URL: 'redis://h/2', REDIS_HOST: 'h', REDIS_DB: '2', REDIS_PORT: '1' }).redis.url,
    ).toBe('redis://h:1/2');
  });

  it('refuses a user name without a password', () => {
    expect(folder.refuse({ REDIS_USERNAME: 'a' }).problems).toMatchObject([{ option: 'REDIS_USERNAME' }]);
    expect(folder.refuse({ REDIS_URL: 'redis://a@h' }).problems).toMatchObject([{ option: 'REDIS_URL' }]);
  });

  it('wants TLS files to be there, and a certificate with its key', () => {
    makeAuthority(folder, 'ca');
    const env = { REDIS_TLS: 'true', REDIS_TLS_CA_FILE: 'ca.pem' };
    expect(folder.load(env).redis.tls.caFile).toMatch(/^\/.*\/ca\.pem$/);
    expect(folder.refuse({ ...env, REDIS_TLS_CERT_FILE: 'no.pem' }).problems).toMatchObject([
      { option: 'REDIS_TLS_CERT_FILE', problem: 'is a file that does not exist' },
      { option: 'REDIS_TLS_CERT_FILE', problem: 'is a certificate without its key' },
    ]);
    expect(folder.refuse({ ...env, REDIS_TLS_KEY_FILE: 'ca.key' }).problems).toMatchObject([
      { option: 'REDIS_TLS_KEY_FILE', problem: 'is a key without its certificate' },
    ]);
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    for (const path of ['.', 'pipe', '/dev/zero'])
      expect(folder.refuse({ ...env, REDIS_TLS_CA_FILE: path }).problems).toMatchObject([
        { problem: 'is not a file' },
      ]);
    expect(folder.load({ REDIS_TLS: 'false', REDIS_TLS_CA_FILE: 'no.pem' }).redis.tls.enabled).toBe(false);
  });

  it('has Node read the TLS files, and reports what can not be used', () => {
    makeAuthority(folder, 'ca');
    makeAuthority(folder, 'other');
    folder.write('text.pem', 'no certificate');
    const env = { REDIS_TLS: 'true', REDIS_TLS_CERT_FILE: 'ca.pem', REDIS_TLS_KEY_FILE: 'ca.key' };
    expect(folder.load({ ...env, REDIS_TLS_CA_FILE: 'ca.pem' }).redis.tls.enabled).toBe(true);
    expect(
      folder.refuse({ ...env, REDIS_TLS_CA_FILE: 'text.pem', REDIS_TLS_KEY_FILE: 'other.key' }).problems,
    ).toMatchObject([
      {
        option: 'REDIS_TLS_CA_FILE',
        problem: expect.stringMatching(/^holds no certificate that can be used \(/),
      },
      {
        option: 'REDIS_TLS_KEY_FILE',
        problem: expect.stringMatching(/^is the key of another certificate \(/),
      },
    ]);
    expect(folder.refuse({ ...env, REDIS_TLS_KEY_FILE: 'text.pem' }).problems).toMatchObject([
      { option: 'REDIS_TLS_KEY_FILE', problem: expect.stringMatching(/^holds no key that can be used \(/) },
    ]);
  });

  it('refuses what ioredis would take and fail by', () => {
    expect(folder.refuse({ REDIS_URL: 'redis://h/?family=x' }).problems).toMatchObject([
      { option: 'REDIS_URL' },
    ]);
    expect(folder.load({ REDIS_URL: 'redis://h/?family=6' }).redis.host).toBe('h');
    expect(folder.refuse({ QUEUE_PREFIX: 'a}b' }).problems).toMatchObject([{ option: 'QUEUE_PREFIX' }]);
  });
});

/** A certificate and its key, in NAME.pem and NAME.key. */
function makeAuthority({ path }: ConfigFolder, name: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  execFileSync('openssl', ['req', ...kind, ...files], { cwd: path, stdio: 'ignore' });
}

describe('the Redis of the queue', () => {
  it('is the source by default', () => {
    const config = folder.load({ REDIS_URL: 'rediss://:p@h/1' });
    expect(config.queue.redis).toEqual(config.redis);
  });

  it('takes the parts that it is not given from the source', () => {
    const { queue } = folder.load({ REDIS_URL: 'redis://:p@h/1', QUEUE_REDIS_DB: '5' });
    expect(queue.redis).toMatchObject({ url: 'redis://:p@h:6379/5', password: 'p', db: 5 });
  });

  it.each([{ QUEUE_REDIS_HOST: 'q' }, { QUEUE_REDIS_URL: 'redis://q' }])(
    'takes nothing from the source when it has its own address: %j',
    (own) => {
      const { queue } = folder.load({ REDIS_URL: 'rediss://:p@h:7/1', ...own });
      expect(queue.redis).toMatchObject({ host: 'q', port: 6379, db: 0, tls: { enabled: false } });
      expect(queue.redis).not.toHaveProperty('password');
    },
  );
});
