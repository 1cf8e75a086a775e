import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, NO_TLS, runIn } from './cli-under-test.js';
import { anyRule, anyValue, dumpOf, dumpOfCopy } from './values-and-rules.js';

let cli: CliUnderTest;
let target: RedisServer;
let restored: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  cli = await cliUnderTest();
  target = await startRedis();
  restored = connectRedis({ url: target.url, host: '', port: 0, db: 0, tls: NO_TLS }, () => {});
});
afterAll(async () => {
  restored.disconnect();
  await target.stop();
  await cli.close();
});

const cases = fc.array(
  anyValue.chain((value) => fc.record({ value: fc.constant(value), rule: anyRule(value.type) })),
  { minLength: 10, maxLength: 40 },
);

/** Rows of MongoDB's stand-in are slow to make, so each run has many keys and the runs are few. */
const RUNS = 8;

test('random values under random rules come back as they were, and verify finds nothing', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(cases, fc.constantFrom('10000', '3'), async (keys, inline) => {
      run++;
      const names = keys.map((_, i) => `run ${run}:${i}`);
      const RULES = keys.map(({ value, rule }, i) => ({
        pattern: `run *:${i}`,
        types: [value.type],
        ...rule,
        ...('id' in rule ? { id: `${rule.id}:${i}` } : {}),
      }));
      for (const [i, { value }] of keys.entries())
        await cli.redis.call(value.command, names[i] ?? '', ...value.args);
      const env = { ...cli.env, RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: inline };
      expect(await runIn(env, 'once')).toMatchObject({ code: 0 });
      const verified = await runIn(env, 'verify', `run ${run}:*`, '--settle', '0');
      expect(verified.code, verified.stdout).toBe(0);
      // Without the rules: a document says by itself what was done to it.
      const back = await runIn(cli.env, 'restore', `run ${run}:*`, '--to', target.url, '--replace');
      expect(back.code, back.stdout).toBe(0);
      for (const name of names)
        expect(await dumpOfCopy(restored, cli.redis, name), name).toBe(await dumpOf(cli.redis, name));
      await cli.redis.del(...names);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 240_000);
