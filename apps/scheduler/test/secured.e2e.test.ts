import { readFile } from 'node:fs/promises';
import { freePort, type RedisServer, redisForTls, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import {
  type AppProcess,
  type Certificates,
  fleetForTests,
  makeCertificates,
  metricsOf,
  prints,
  type Sentinel,
  startSentinel,
  tlsArgs,
  until,
} from '@redis-to-mongo/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const fleet = fleetForTests();

async function mirrors(redis: ReturnType<typeof connectRedis>, env: Record<string, string>): Promise<void> {
  await redis.xadd('orders', '1-0', 'n', '1');
  await redis.sadd('tags', 'a');
  fleet.scheduler({ ...env, IDLE_INTERVAL_SEC: '3600' });
  const worker = fleet.worker(env);
  await until(async () => expect(await fleet.entries('orders')).toBe(1));
  await redis.xadd('orders', '2-0', 'n', '2');
  await until(async () => expect(await fleet.entries('orders')).toBe(2));
  await redis.sadd('tags', 'b');
  const sets = fleet.db.collection<{ _id: string }>('sets');
  await until(async () => expect(await sets.findOne({ _id: 'tags' })).toMatchObject({ size: 2 }));
  await takesDirectPath(worker, () => redis.xadd('orders', '*', 'n', 'more'));
  await redis.del('orders');
  await until(async () => expect(await fleet.key('orders')).toMatchObject({ status: 'deleted' }));
}

/** Some entries have gone the direct path: its connection is opened with all that the servers ask for. */
async function takesDirectPath(worker: AppProcess, change: () => Promise<unknown>): Promise<void> {
  await until(async () => {
    await change();
    const value = await metricsOf(worker);
    expect(value('stream_reads_total{path="direct"')).toBeGreaterThan(0);
  });
}

const forTls = await redisForTls();

describe.skipIf(!forTls)('TLS (needs a Redis that has it)', () => {
  let certificates: Certificates;
  let server: RedisServer;
  let port: number;
  let redis: ReturnType<typeof connectRedis>;
  beforeAll(async () => {
    certificates = await makeCertificates();
    port = await freePort();
    server = await startRedis({ ...forTls, args: tlsArgs(port, certificates) });
    redis = connectRedis(addressOfUrl(server.url), () => {});
  });
  afterEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    await certificates.remove();
  });

  const files = (prefix: string, caFile = certificates.caFile) => ({
    [`${prefix}REDIS_URL`]: `rediss://127.0.0.1:${port}`,
    [`${prefix}REDIS_TLS_CA_FILE`]: caFile,
    [`${prefix}REDIS_TLS_CERT_FILE`]: certificates.certFile,
    [`${prefix}REDIS_TLS_KEY_FILE`]: certificates.keyFile,
  });

  it('with certificates of both sides reaches the source and the queue', async () => {
    await mirrors(redis, { ...files(''), ...files('QUEUE_') });
  });

  it('does not reach a server whose authority is not the one that was named', async () => {
    const scheduler = fleet.scheduler({ ...files('', certificates.otherCaFile) });
    await prints(scheduler, /redis: connection trouble.*(self.signed|unable to verify|certificate)/);
  });
});

/** No command was refused for lack of a privilege. */
async function isUnrefused(client: ReturnType<typeof connectRedis>): Promise<void> {
  expect(await client.call('ACL', 'LOG')).toEqual([]);
}

async function knowsFieldExpiry(client: ReturnType<typeof connectRedis>): Promise<boolean> {
  return await client.call('HPEXPIRETIME', 'none', 'FIELDS', '1', 'a').then(
    () => true,
    () => false,
  );
}

describe('ACL users with the privileges of docs/operations.md', () => {
  it('are enough for the source, and for the queue', async () => {
    const text = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const rules = [...text.matchAll(/^ACL SETUSER (\w+) (.*)$/gm)];
    for (const [user, client] of [
      ['mirror', fleet.redis],
      ['queue', fleet.queueRedis],
    ] as const) {
      const rule = rules.find(([, name]) => name === user)?.[2];
      if (rule === undefined) throw new Error(`no rule for ${user}`);
      const words = rule.split(' ');
      // Where hash fields expire, the table has more.
      if (user === 'mirror' && (await knowsFieldExpiry(client))) words.push('+hpexpiretime', '+eval_ro');
      await client.call('ACL', 'SETUSER', user, 'reset', ...words);
    }
    const as = (url: string, user: string) => url.replace('redis://', `redis://${user}:password@`);
    const env = {
      REDIS_URL: as(fleet.env.REDIS_URL ?? '', 'mirror'),
      QUEUE_REDIS_URL: as(fleet.env.QUEUE_REDIS_URL ?? '', 'queue'),
      KEY_TYPES: 'stream,set,zset,hash,list,string',
    };
    const many = Array.from({ length: 3_000 }, (_, i) => `member ${i} ${'x'.repeat(50)}`);
    await fleet.redis.sadd('large:set', ...many);
    await fleet.redis.rpush('large:list', ...many);
    await fleet.redis.hset('large:hash', Object.fromEntries(many.map((name) => [name, name])));
    await fleet.redis.zadd('large:zset', ...many.flatMap((name, i) => [i, name]));
    await fleet.redis.set('large:string', 'x'.repeat(300_000));
    await mirrors(fleet.redis, env);
    await until(async () => {
      for (const client of [fleet.redis, fleet.queueRedis]) await isUnrefused(client);
      const states = await fleet.db.collection('keys').find().toArray();
      expect(states.map(({ lastError }) => lastError)).toEqual(states.map(() => null));
      expect(states.filter(({ position }) => position !== null)).toHaveLength(7);
    });
    for (const client of [fleet.redis, fleet.queueRedis]) await isUnrefused(client);
  });

  it('without the privileges that only the change feed needs, keys are polled', async () => {
    const rule = 'on >password ~* resetchannels -@all +ping +info +select +type +scan +multi +exec';
    await fleet.redis.call(
      ...['ACL', 'SETUSER', 'little', 'reset', ...rule.split(' '), '+xinfo|stream', '+xrange'],
      ...['+smembers', '+scard', '+sscan', '+pexpiretime', '+pttl', '+exists', '+object|encoding'],
    );
    await mirrors(fleet.redis, {
      REDIS_URL: (fleet.env.REDIS_URL ?? '').replace('redis://', 'redis://little:password@'),
    });
  });

  it('with some keys alone, these are mirrored; the others are left out, counted, and reported once', async () => {
    const text = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const rule = /^ACL SETUSER mirror (.*)$/m.exec(text)?.[1] ?? '';
    const words = rule.split(' ').map((word) => (word === '~*' ? '%R~orders*' : word));
    await fleet.redis.call('ACL', 'SETUSER', 'prefixed', 'reset', ...words);
    await fleet.redis.xadd('hidden stream', '1-0', 'n', '1');
    await fleet.redis.sadd('hidden set', 'a');
    await fleet.redis.set('hidden string', 'a');
    await fleet.redis.sadd('orders:info:tags', 'a');
    await fleet.redis.xadd('orders', '1-0', 'n', '1');
    const env = { REDIS_URL: (fleet.env.REDIS_URL ?? '').replace('redis://', 'redis://prefixed:password@') };
    const scheduler = fleet.scheduler(env);
    const worker = fleet.worker(env);
    await prints(scheduler, /keys are skipped, because the Redis user may not read them.*"keys":3/);
    await until(async () => expect(await fleet.entries('orders')).toBe(1));
    await fleet.redis.xadd('orders', '2-0', 'n', '2');
    await fleet.redis.sadd('hidden set', 'b');
    await fleet.redis.xadd('hidden stream', '2-0', 'n', '2');
    await until(async () => expect(await fleet.entries('orders')).toBe(2));
    await until(async () => {
      const value = await metricsOf(scheduler);
      expect(value('keys{key_type="no permission"')).toBe(3);
      const keys = await fleet.db.collection<{ _id: string }>('keys').find().toArray();
      expect(keys.map(({ _id }) => _id).sort()).toEqual(['orders', 'orders:info:tags']);
    });
    expect(worker.output().match(/REDIS_PRIVILEGE|REDIS_KEY_HIDDEN/)).toBeNull();
    expect(scheduler.output().match(/keys are skipped/g)).toHaveLength(1);
  });
});

describe('a replica', () => {
  it('can be the source, with the queue elsewhere: nothing is ever written to it', async () => {
    const [, port] = /:(\d+)$/.exec(fleet.namespace.redis.url) ?? [];
    const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${port}`] });
    try {
      await mirrors(fleet.redis, { REDIS_URL: replica.url });
    } finally {
      await fleet.clear();
      await replica.stop();
    }
  });
});

describe('Sentinel', () => {
  let replica: RedisServer;
  let sentinel: Sentinel;
  beforeAll(async () => {
    replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${fleet.queueServer.port}`] });
    sentinel = await startSentinel(fleet.queueServer);
  });
  afterAll(async () => {
    await sentinel.stop();
    await replica.stop();
  });

  it('names the master of the queue, and of the source', async () => {
    const env = { REDIS_URL: '', QUEUE_REDIS_URL: '', REDIS_SENTINELS: sentinel.address };
    await mirrors(fleet.queueRedis, env);
  });
});
