import { isRedisForHere, type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';
import { anyJson, anyRule, anyValue, dumpOf, dumpOfCopy, type RandomValue } from './values-and-rules.js';

type Redis = ReturnType<typeof connectRedis>;

const connect = (url: string): Redis => connectRedis(addressOfUrl(url), () => {});

const casesOf = (any: fc.Arbitrary<RandomValue>) =>
  fc.array(
    any.chain((value) => fc.record({ value: fc.constant(value), rule: anyRule(value.type) })),
    { minLength: 10, maxLength: 40 },
  );

/** Rows of MongoDB's stand-in are slow to make, so each run has many keys and the runs are few. */
const RUNS = 8;

/** On a source, and a Redis that values are restored to. */
async function comeBack(
  {
    cli,
    source,
    env,
    target,
    restored,
  }: {
    readonly cli: CliUnderTest;
    readonly source: Redis;
    readonly env: CliUnderTest['env'];
    readonly target: RedisServer;
    readonly restored: Redis;
  },
  any: fc.Arbitrary<RandomValue>,
): Promise<void> {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(casesOf(any), fc.constantFrom('10000', '3'), async (keys, inline) => {
      run++;
      const names = keys.map((_, i) => `run ${run}:${i}`);
      const RULES = keys.map(({ value, rule }, i) => ({
        pattern: `run *:${i}`,
        types: [value.type],
        ...rule,
        ...('id' in rule ? { id: `${rule.id}:${i}` } : {}),
      }));
      for (const [i, { value }] of keys.entries())
        await source.call(value.command, names[i] ?? '', ...value.args);
      const ruled = { ...env, RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: inline };
      expect(await runIn(ruled, 'once')).toMatchObject({ code: 0 });
      const verified = await runIn(ruled, 'verify', `run ${run}:*`, '--settle', '0');
      expect(verified.code, verified.stdout).toBe(0);
      // Without the rules: a document says by itself what was done to it.
      const back = await runIn(env, 'restore', `run ${run}:*`, '--to', target.url, '--replace');
      expect(back.code, back.stdout).toBe(0);
      for (const name of names)
        expect(await dumpOfCopy(restored, source, name), name).toBe(await dumpOf(source, name));
      await source.del(...names);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  await cli.db.dropDatabase();
}

describe('random values under random rules come back as they were, and verify finds nothing', () => {
  let cli: CliUnderTest;
  let target: RedisServer;
  let restored: Redis;
  beforeAll(async () => {
    cli = await cliUnderTest();
    target = await startRedis();
    restored = connect(target.url);
  });
  afterAll(async () => {
    restored.disconnect();
    await target.stop();
    await cli.close();
  });

  test('of all types of Redis', async () => {
    await comeBack({ cli, source: cli.redis, env: cli.env, target, restored }, anyValue);
  }, 240_000);
});

describe.skipIf(!isRedisForHere('redis-7.4'))('with RedisJSON (needs Linux on x86-64)', () => {
  let cli: CliUnderTest;
  let servers: RedisServer[];
  let [source, restored]: Redis[] = [];
  beforeAll(async () => {
    cli = await cliUnderTest();
    servers = [await startRedis({ program: 'redis-7.4' }), await startRedis({ program: 'redis-7.4' })];
    [source, restored] = servers.map(({ url }) => connect(url));
  });
  afterAll(async () => {
    source?.disconnect();
    restored?.disconnect();
    for (const server of servers) await server.stop();
    await cli.close();
  });

  test('random JSON documents under random rules come back as they were', async () => {
    const [first, target] = servers;
    if (!source || !restored || !first || !target) throw new TypeError('two servers run');
    const env = { ...cli.env, REDIS_URL: first.url };
    await comeBack({ cli, source, env, target, restored }, anyJson);
  }, 240_000);
});
