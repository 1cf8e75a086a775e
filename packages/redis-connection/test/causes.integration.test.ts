import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { freePort, type RedisServer, redisForTls, startRedis } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { type Certificates, makeCertificates, tlsArgs } from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRedis, type RedisAddress, type RedisRole, redisError } from '../src/index.js';

const forTls = await redisForTls();

let certificates: Certificates;
let plain: RedisServer;
let secured: RedisServer | undefined;
let securedPort: number;
let open: ReturnType<typeof connectRedis>[] = [];

beforeAll(async () => {
  certificates = await makeCertificates();
  securedPort = await freePort();
  [plain, secured] = await Promise.all([
    startRedis(),
    forTls &&
      startRedis({
        ...forTls,
        args: ['--bind', '127.0.0.1', '127.0.0.2', ...tlsArgs(securedPort, certificates)],
      }),
  ]);
});
afterEach(() => {
  for (const redis of open) redis.disconnect();
  open = [];
});
afterAll(async () => {
  await Promise.all([plain.stop(), secured?.stop()]);
  await certificates.remove();
});

const portOf = (server: RedisServer) => Number(new URL(server.url).port);

/** What a command says, and the connection itself. */
async function failure(address: Partial<RedisAddress>, role: RedisRole = 'source') {
  const events: string[] = [];
  const full = { host: '127.0.0.1', port: 6379, db: 0, tls: NO_TLS, ...address };
  const redis = connectRedis(full, (error) => events.push(redisError(error, role).code), { purpose: role });
  open.push(redis);
  const error = await redis.ping().then(
    () => undefined,
    (each: unknown) => redisError(each, role),
  );
  return { code: error?.code, errorClass: error?.errorClass, message: error?.message, events };
}

const tls = (more: Partial<RedisAddress['tls']> = {}) => ({
  enabled: true,
  rejectUnauthorized: true,
  caFile: certificates.caFile,
  certFile: certificates.certFile,
  keyFile: certificates.keyFile,
  ...more,
});

describe.skipIf(!forTls)('TLS (needs a Redis that has it)', () => {
  it('with a certificate of an authority that nobody named', async () => {
    const named = { ...tls(), caFile: undefined };
    expect(await failure({ port: securedPort, tls: named })).toMatchObject({
      code: 'REDIS_TLS',
      errorClass: 'configuration',
      message: expect.stringMatching(/not trusted .*REDIS_TLS_CA_FILE/),
    });
  });

  it('with a certificate of another authority; of the queue, its own options are named', async () => {
    const other = tls({ caFile: certificates.otherCaFile });
    expect(await failure({ port: securedPort, tls: other }, 'queue')).toMatchObject({
      code: 'REDIS_TLS',
      message: expect.stringMatching(/^the queue’s Redis: .*QUEUE_REDIS_TLS_CA_FILE$/),
    });
  });

  it('with a certificate for another name', async () => {
    expect(await failure({ host: '127.0.0.2', port: securedPort, tls: tls() })).toMatchObject({
      code: 'REDIS_TLS',
      message: expect.stringMatching(/not valid for 127\.0\.0\.2.*REDIS_HOST/),
    });
  });

  it('without the client’s certificate that the server wants', async () => {
    const bare = { ...tls(), certFile: undefined, keyFile: undefined };
    const { message, events } = await failure({ port: securedPort, tls: bare });
    expect(message).toMatch(/REDIS_TLS_CERT_FILE/);
    expect(events.length).toBeGreaterThan(0);
  });

  it('against a server that speaks none', async () => {
    const { message } = await failure({ port: portOf(plain), tls: tls() });
    expect(message).toMatch(
      /^Redis accepts connections, but does not answer: it may not speak TLS there \(REDIS_TLS\)/,
    );
  }, 60_000);

  it('that the server wants, and we do not speak', async () => {
    const { message } = await failure({ port: securedPort });
    expect(message).toMatch(
      /^Redis closes each connection without an answer: it may require TLS \(REDIS_TLS\)/,
    );
  });

  it('once all is right it answers', async () => {
    expect(await failure({ port: securedPort, tls: tls() })).toMatchObject({ code: undefined, events: [] });
  });
});

describe('the address', () => {
  it.each([['auth-redis.invalid'], ['no-such-host.invalid']])(
    'a name that does not resolve: %s',
    async (host) => {
      expect(await failure({ host })).toMatchObject({
        code: 'REDIS_HOST_UNKNOWN',
        errorClass: 'transient',
        message: expect.stringMatching(new RegExp(`${host} does not resolve .*REDIS_HOST`)),
      });
    },
  );

  it('where nobody listens', async () => {
    const port = await freePort();
    expect(await failure({ port })).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      errorClass: 'transient',
      message: expect.stringContaining(`Redis does not answer (ECONNREFUSED 127.0.0.1:${port})`),
    });
  });

  it('of --to names no option of the fleet', async () => {
    const { message } = await failure({ port: await freePort() }, 'to');
    expect(message).toMatch(/^the Redis of --to does not answer .* --to names it$/);
  });

  it('of a proxy that closes what it can send nowhere', async () => {
    const proxy: Server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect((await failure({ port })).message).toMatch(/^Redis closes each connection without an answer/);
    proxy.close();
  });

  it.each([
    [
      'a node that is no cluster',
      'clusterNodes',
      'REDIS_TOPOLOGY',
      /it is not a cluster: check REDIS_CLUSTER_NODES/,
    ],
    ['a Sentinel that is none', 'sentinel', 'REDIS_TOPOLOGY', /it is not a Sentinel: check REDIS_SENTINELS/],
  ] as const)('of %s', async (_, topology, code, message) => {
    const nodes = [{ host: '127.0.0.1', port: portOf(plain) }];
    const seen: Error[] = [];
    const address = { host: '', port: 0, db: 0, tls: NO_TLS };
    const redis = connectRedis(
      {
        ...address,
        ...(topology === 'sentinel' ? { sentinel: { nodes, name: 'm' } } : { clusterNodes: nodes }),
      },
      (error) => seen.push(redisError(error)),
    );
    open.push(redis);
    await vi.waitFor(
      () =>
        expect(seen).toContainEqual(
          expect.objectContaining({ code, message: expect.stringMatching(message) }),
        ),
      { timeout: 20_000 },
    );
  });

  it('of Sentinels or a cluster that can’t be reached, with the reason', async () => {
    const port = await freePort();
    const nodes = [{ host: '127.0.0.1', port }];
    for (const more of [{ clusterNodes: nodes }, { sentinel: { nodes, name: 'm' } }]) {
      const seen: string[] = [];
      const address = { host: '', port: 0, db: 0, tls: NO_TLS, ...more };
      open.push(connectRedis(address, (error) => seen.push(redisError(error).message)));
      await vi.waitFor(
        () => expect(seen).toContainEqual(expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`)),
        { timeout: 20_000 },
      );
    }
  });
});

/** An address of this machine that is not the loopback: traffic to it stays here, but Redis takes it for another host. */
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === 'IPv4')?.address;

describe.skipIf(elsewhere === undefined)(
  'a server in protected mode (needs an address beside the loopback)',
  () => {
    it.each([undefined, 'a password'])(
      'says so, and nothing is printed beside the log (password: %s)',
      async (password) => {
        const server = await startRedis({ args: ['--protected-mode', 'yes', '--bind', '0.0.0.0'] });
        const printed = vi.spyOn(console, 'warn').mockImplementation(() => {});
        try {
          const { code, message } = await failure({
            host: elsewhere ?? '',
            port: portOf(server),
            ...(password ? { password } : {}),
          });
          expect(code).toBe('REDIS_PROTECTED_MODE');
          expect(message).toMatch(/protected mode.*requirepass/);
          expect(printed).not.toHaveBeenCalled();
        } finally {
          printed.mockRestore();
          await server.stop();
        }
      },
    );
  },
);

it('a server that has as many clients as it may have says so', async () => {
  const server = await startRedis({ args: ['--maxclients', '1'] });
  try {
    const address = { port: portOf(server) };
    const only = connectRedis({ host: '127.0.0.1', db: 0, tls: NO_TLS, ...address }, () => {});
    open.push(only);
    // The connection that checked whether the server is up may still be open.
    await expect.poll(() => only.ping().catch(String), { timeout: 20_000 }).toBe('PONG');
    const { code, message } = await failure(address);
    expect({ code, message }).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringContaining('maxclients'),
    });
  } finally {
    await server.stop();
  }
});

it('a command that the user may not run is named', async () => {
  const admin = connectRedis(addressOfUrl(plain.url), () => {});
  open.push(admin);
  const refused = ['-xrange', '-xinfo|stream', '-multi'];
  await admin.call('ACL', 'SETUSER', 'some', 'on', '>pw', '~*', '+@all', ...refused);
  const address = { host: '127.0.0.1', port: portOf(plain), db: 0, tls: NO_TLS };
  const redis = connectRedis({ ...address, username: 'some', password: 'pw' }, () => {});
  open.push(redis);
  const refusal = async (...[name = '', ...args]: string[]) =>
    await redis.call(name, ...args).then(
      () => undefined,
      (error: unknown) => redisError(error),
    );
  const named = (command: string) => ({
    code: 'REDIS_PRIVILEGE',
    message: `Redis: the user may not run ${command}: grant it; see the ACL in docs/operations.md`,
  });
  expect(await refusal('XRANGE', 'a key', '-', '+')).toMatchObject(named('XRANGE'));
  expect(await refusal('XINFO', 'STREAM', 'a key')).toMatchObject(named('XINFO STREAM'));
  const discarded = await redis.multi().get('a key').exec().catch(redisError);
  expect(discarded).toMatchObject(named('MULTI'));
});

describe('an error, whoever catches it,', () => {
  const ofQueue = (redis: ReturnType<typeof connectRedis>) => {
    open.push(redis);
    const caught = async (asked: Promise<unknown>) =>
      await asked.then(
        () => 'no error',
        (error: unknown) => redisError(error).message,
      );
    return { redis, caught };
  };
  const address = (url: string): RedisAddress => ({ url, host: '', port: 0, db: 0, tls: NO_TLS });

  it('names the Redis whose connection it came from: an answer, one in a script, one of a duplicate', async () => {
    const { redis, caught } = ofQueue(connectRedis(address(plain.url), () => {}, { purpose: 'queue' }));
    await redis.config('SET', 'maxmemory', '1');
    try {
      const full = /^the queue’s Redis: it accepts no writes/;
      expect(await caught(redis.set('a', '1'))).toMatch(full);
      expect(await caught(redis.eval("return redis.call('SET', KEYS[1], 1)", 1, 'a'))).toMatch(full);
      const copy = redis.duplicate();
      open.push(copy);
      expect(await caught(copy.set('a', '1'))).toMatch(full);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
  });

  it('names it, too, where there is no connection, or not that database', async () => {
    const nobody = address(`redis://127.0.0.1:${await freePort()}`);
    const away = ofQueue(connectRedis(nobody, () => {}, { purpose: 'queue', maxRetriesPerRequest: 0 }));
    expect(await away.caught(away.redis.ping())).toMatch(
      /^the queue’s Redis does not answer.*QUEUE_REDIS_URL/,
    );
    const none = ofQueue(connectRedis(address(`${plain.url}/99`), () => {}, { purpose: 'queue' }));
    expect(await none.caught(none.redis.ping())).toMatch(
      /^the queue’s Redis refuses database 99: set QUEUE_REDIS_DB/,
    );
  });
});
