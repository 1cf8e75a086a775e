import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

test.each([
  [
    'the source',
    { REDIS_URL: 'rediss:' },
    /^The source Redis cannot be read +REDIS_UNAVAILABLE: .*REDIS_TLS/m,
  ],
  [
    'the queue’s Redis',
    { QUEUE_REDIS_URL: 'rediss:' },
    /^The queue’s Redis cannot be read +REDIS_UNAVAILABLE: .*QUEUE_REDIS_TLS/m,
  ],
])(
  'status names the option where TLS is spoken to a server without: %s',
  async (_what, urls, named) => {
    const env = Object.entries(urls).map(([name, scheme]) => [
      name,
      cli.namespace.redis.url.replace('redis:', scheme),
    ]);
    const { code, stdout } = await runIn(
      { ...cli.env, QUEUE_REDIS_URL: cli.namespace.redis.url, ...Object.fromEntries(env) },
      'status',
    );
    expect(stdout).toMatch(named);
    expect(code).toBe(3);
  },
  60_000,
);
