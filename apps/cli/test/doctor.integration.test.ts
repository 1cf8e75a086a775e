import { readFileSync } from 'node:fs';
import { startMongo, startRedis } from '@redis-to-mongo/local-stack';
import { connectMongo } from '@redis-to-mongo/mongo-sink';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;

interface Found {
  readonly check: string;
  readonly level: string;
  readonly what: string;
  readonly remedy: string;
}

beforeAll(async () => {
  cli = await cliUnderTest();
  await cli.redis.xadd('orders', '*', 'a', 'b');
});
afterAll(() => cli.close());

const examine = async (more: Readonly<Record<string, string>> = {}) => {
  const { code, stdout } = await runIn({ ...cli.env, ...more }, 'doctor', '--json');
  return { code, findings: JSON.parse(stdout).findings as Found[] };
};
const trouble = (findings: readonly Found[]) => findings.filter(({ level }) => level !== 'ok');

test('before the first start it advises, and finds no problem', async () => {
  const { code, findings } = await examine();
  expect(code).toBe(0);
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'MongoDB',
      what: expect.stringContaining('indexes are not there: keys {keyType: 1, status: 1, _id: 1}'),
    }),
  );
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'mirror', level: 'advice', what: 'No worker is running' }),
  );
});

test('once all has been synced the indexes are there, and that nobody goes on with it is a problem', async () => {
  await cli.run('once');
  const { code, findings } = await examine();
  expect(code).toBe(1);
  expect(findings).toContainEqual(expect.objectContaining({ level: 'ok', what: 'all indexes exist' }));
  expect(findings).toContainEqual(
    expect.objectContaining({ check: 'mirror', level: 'problem', what: 'No scheduler is active' }),
  );
  expect(findings).toContainEqual(expect.objectContaining({ level: 'ok', what: '1 key is chosen' }));
});

test('an index that is in the way of the fleet’s is a problem, named with the remedy', async () => {
  const keys = cli.db.collection('keys');
  await keys.createIndex({ savedBy: 1 }, { unique: true, name: 'mine', sparse: true });
  try {
    const { code, findings } = await examine();
    expect(code).toBe(1);
    expect(findings).toContainEqual({
      check: 'MongoDB',
      level: 'problem',
      what: expect.stringMatching(/index mine \{"savedBy":1\} of the collection keys is unique/),
      remedy: 'drop it',
    });
  } finally {
    await keys.dropIndex('mine');
  }
});

test('a queue whose jobs can be evicted is a problem, with the command that mends it', async () => {
  const queue = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  try {
    const { code, findings } = await examine({ QUEUE_REDIS_URL: queue.url });
    expect(code).toBe(1);
    expect(findings).toContainEqual({
      check: 'queue’s Redis',
      level: 'problem',
      what: 'maxmemory-policy allkeys-lru',
      remedy: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
  } finally {
    await queue.stop();
  }
});

test('a user of the queue who may not run something there is a problem that names the commands', async () => {
  const queue = await startRedis();
  try {
    const redis = connectRedis(addressOfUrl(queue.url), () => {});
    const rights = ['~{r2m}:*', 'resetchannels', '-@all', '+@read', '+@write', '+@blocking', '+@transaction'];
    const more = ['+@scripting', '+@connection', '-@dangerous', '+info', '+time'];
    await redis.call('ACL', 'SETUSER', 'documented', 'on', '>pw', ...rights, ...more);
    await redis.call(
      'ACL',
      'SETUSER',
      'lacking',
      'on',
      '>pw',
      ...rights,
      ...more,
      '-hgetall',
      '-zadd',
      '-xadd',
    );
    await redis.call('ACL', 'SETUSER', 'mute', 'on', '>pw', ...rights, '-@all', '+@connection', '+info');
    const ofQueue = async (user: string) => {
      const { findings } = await examine({
        QUEUE_REDIS_URL: queue.url.replace('redis://', `redis://${user}:pw@`),
      });
      return findings.flatMap(({ what }) => (what.includes('on the queue’s keys') ? [what] : []));
    };
    expect(await ofQueue('documented')).toEqual([]);
    expect(await ofQueue('lacking')).toEqual([
      'the user may not run HGETALL, ZADD, XADD on the queue’s keys',
    ]);
    expect(await ofQueue('mute')).toEqual([
      expect.stringMatching(/may not run .*EVALSHA, EVAL, TIME on the queue’s keys/),
    ]);
    expect(await redis.exists('{r2m}:doctor')).toBe(0);
    await redis.quit();
  } finally {
    await queue.stop();
  }
});

/** Neither may subscribe to the channel of the change feed. */
const NO_FEED = {
  level: 'advice',
  what: expect.stringMatching(/^it does not report changes: NOPERM/),
  remedy: expect.stringMatching(/all keys are polled.*__redis__:invalidate/),
};

test('a user of the source who may not read is a problem that names the commands', async () => {
  const rules = [
    '-@all',
    '+ping',
    '+info',
    '+select',
    '+type',
    '+exists',
    '+scan',
    '+xinfo|stream',
    '+xrange',
    '+client',
  ];
  await cli.redis.call('ACL', 'SETUSER', 'half', 'on', '>pw', '~*', ...rules);
  const url = cli.namespace.redis.url.replace('redis://', 'redis://half:pw@');
  const { findings } = await examine({
    REDIS_URL: url,
    QUEUE_REDIS_URL: cli.namespace.redis.url,
    KEY_TYPES: 'stream,set',
  });
  const source = trouble(findings).filter(({ check }) => check === 'source Redis');
  expect(source).toMatchObject([
    NO_FEED,
    { level: 'problem', what: 'the user may not run WATCH, UNWATCH, MULTI, EXEC, SCARD, SMEMBERS, SSCAN' },
    {
      level: 'advice',
      what: 'the user may not run XREAD, XREVRANGE, PTTL, PEXPIRETIME, MEMORY USAGE, EVALSHA_RO, SCRIPT LOAD',
    },
  ]);
});

test('a user with some keys alone lacks keys, not commands, and is examined without INFO, too', async () => {
  const { redis, namespace } = cli;
  await redis.set('secret', '1');
  await redis.sadd('hidden tags', 'a');
  await redis.call('ACL', 'SETUSER', 'prefixed', 'on', '>pw', '%R~orders*', '+@all', '-info', '-smembers');
  const { findings } = await examine({
    REDIS_URL: namespace.redis.url.replace('redis://', 'redis://prefixed:pw@'),
    QUEUE_REDIS_URL: namespace.redis.url,
  });
  const source = trouble(findings).filter(({ check }) => check === 'source Redis');
  expect(source).toMatchObject([
    { level: 'advice', what: 'the user may not run INFO: version, memory and role are not checked' },
    NO_FEED,
    { level: 'problem', what: 'the user may not run SMEMBERS' },
    {
      level: 'advice',
      what: '2 keys are left out, since the user may not read them',
      remedy: expect.stringMatching(/KEY_EXCLUDE/),
    },
  ]);
  await redis.del('secret', 'hidden tags');
});

test('the user of docs/operations.md may run all that is needed; commands of types that the server lacks are not missed', async () => {
  const { redis, namespace } = cli;
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const acl = /^ACL SETUSER mirror (.*)$/m.exec(page)?.[1]?.replace('>password', '>pw') ?? '';
  await redis.call('ACL', 'SETUSER', 'documented', ...acl.split(' '));
  const { findings } = await examine({
    REDIS_URL: namespace.redis.url.replace('redis://', 'redis://documented:pw@'),
    QUEUE_REDIS_URL: namespace.redis.url,
  });
  expect(trouble(findings).filter(({ check }) => check === 'source Redis')).toEqual([]);
});

test('the commands of TRIM_MODE are checked if it is on, in a rule, too', async () => {
  const { redis, namespace } = cli;
  await redis.call(
    'ACL',
    'SETUSER',
    'reader',
    'on',
    '>pw',
    '~*',
    '+@all',
    '-eval',
    '-xtrim',
    '-xinfo|groups',
  );
  const env = {
    REDIS_URL: namespace.redis.url.replace('redis://', 'redis://reader:pw@'),
    QUEUE_REDIS_URL: namespace.redis.url,
  };
  const lacking = {
    level: 'problem',
    what: 'the user may not run EVAL, XTRIM, XINFO GROUPS',
    remedy: expect.stringMatching(/not trimmed/),
  };
  const of = async (more: Record<string, string>) =>
    trouble((await examine({ ...env, ...more })).findings).filter(({ what }) => what.includes('XTRIM'));
  expect(await of({})).toEqual([]);
  expect(await of({ TRIM_MODE: 'on' })).toMatchObject([lacking]);
  expect(await of({ RULES: '[{"pattern":"orders","trim":{"mode":"on"}}]' })).toMatchObject([lacking]);
});

test('streams that may be read and not written are a problem where they are to be trimmed; none is trimmed by that', async () => {
  const { redis, namespace } = cli;
  await redis.call('ACL', 'SETUSER', 'looker', 'on', '>pw', '%R~*', '+@all');
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${namespace.redis.port}`] });
  try {
    const looker = namespace.redis.url.replace('redis://', 'redis://looker:pw@');
    const problems = async (more: Record<string, string>) => {
      const { findings } = await examine({ QUEUE_REDIS_URL: namespace.redis.url, ...more });
      const ofSource = findings.filter(({ check, level }) => check === 'source Redis' && level === 'problem');
      return ofSource.map(({ what }) => what);
    };
    const entries = await redis.xlen('orders');
    expect(await problems({ REDIS_URL: looker })).toEqual([]);
    expect(await problems({ REDIS_URL: looker, TRIM_MODE: 'on' })).toEqual([
      'the user may read streams, but not write to them',
    ]);
    expect(await problems({ REDIS_URL: namespace.redis.url, TRIM_MODE: 'on' })).toEqual([]);
    await expect
      .poll(() => problems({ REDIS_URL: replica.url, TRIM_MODE: 'on' }), { timeout: 30_000 })
      .toEqual(['the source is a read-only replica']);
    expect(await redis.xlen('orders')).toBe(entries);
  } finally {
    await replica.stop();
  }
});

test('patterns that match nothing, and types that are not mirrored, are reported', async () => {
  const { findings } = await examine({
    KEY_INCLUDE: 'orders,Orders*,tags',
    KEY_EXCLUDE: 'tmp:*',
    KEY_TYPES: 'set',
  });
  expect(trouble(findings).map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'KEY_INCLUDE Orders* matches no key',
      'KEY_INCLUDE tags matches no key',
      'KEY_EXCLUDE tmp:* matches no key',
      '1 key of type stream is not mirrored',
    ]),
  );
});

test('a database without keys is reported as that, and not as a pattern with a mistake', async () => {
  const { url } = cli.namespace.redis;
  const { findings } = await examine({ REDIS_URL: `${url}/9`, QUEUE_REDIS_URL: url });
  expect(trouble(findings).find(({ what }) => what === 'KEY_INCLUDE * matches no key')).toMatchObject({
    remedy: 'Redis has none: check the address and the database number',
  });
});

test('servers that do not answer, or refuse the login, are problems and not the end of the examination', async () => {
  await cli.redis.call('ACL', 'SETUSER', 'locked', 'on', '>right', '~*', '+@all');
  const { code, findings } = await examine({
    REDIS_URL: cli.namespace.redis.url.replace('redis://', 'redis://locked:wrong@'),
    QUEUE_REDIS_URL: cli.namespace.redis.url,
    MONGO_URI: 'mongodb://127.0.0.1:1',
  });
  expect(code).toBe(1);
  expect(trouble(findings)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ check: 'source Redis', level: 'problem', what: 'REDIS_AUTH' }),
      expect.objectContaining({ check: 'MongoDB', level: 'problem', what: 'MONGO_UNAVAILABLE' }),
    ]),
  );
});

test('a user with readWrite alone lacks nothing, whether the server lists its privileges or not', async () => {
  const guarded = await startMongo({ credentials: { username: 'admin', password: 'right' } });
  const admin = connectMongo({ uri: guarded.uri, dbName: 'admin', tls: NO_TLS }, 'test');
  try {
    await admin.db.command({ createUser: 'fleet', pwd: 'pw', roles: [{ role: 'readWrite', db: 'app' }] });
    const uri = new URL(guarded.uri);
    uri.username = 'fleet';
    uri.password = 'pw';
    const { findings } = await examine({ MONGO_URI: uri.href, MONGO_DB_NAME: 'app' });
    expect(findings.filter(({ check }) => check === 'MongoDB').map(({ what }) => what)).not.toContainEqual(
      expect.stringContaining('the user may not'),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'MongoDB', level: 'ok', what: expect.stringContaining('version') }),
    );
  } finally {
    await admin.close();
    await guarded.stop();
  }
});
