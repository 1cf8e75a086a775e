import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aDashboard, logIn } from './a-dashboard.js';

let server: RedisServer;
let redis: Redis;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;
let login: Record<string, string>;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  dashboard = await aDashboard(server.url);
  login = await logIn(dashboard.server); // later, after many wrong ones, nobody is let in for a while
  await dashboard.queue.schedulers.set(['orders', 'users'], 3_600_000);
  await dashboard.queue.request(['orders']);
});
afterAll(async () => {
  await dashboard.close();
  redis.disconnect();
  await server.stop();
});

const BOARD = '/queues/api/queues';
const path = fc.oneof(
  fc.webPath().map((rest) => rest || '/'),
  fc.constantFrom('/', '/status', '/api/status', '/metrics', '/readyz', '/logout', '/assets/', '/queues'),
  fc.constantFrom(`${BOARD}`, `${BOARD}/sync/pause`, `${BOARD}/sync/empty`, `${BOARD}/sync/clean/wait`),
  fc.constantFrom(
    `${BOARD}/sync/retry/failed`,
    `${BOARD}/sync/add`,
    `${BOARD}/sync/1/promote`,
    '/login?next=//x',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `/${encodeURIComponent(text)}`),
  fc.string({ maxLength: 10 }).map((text) => `${BOARD}/${encodeURIComponent(text)}/x`),
);
const headers = fc.record(
  {
    cookie: fc.oneof(fc.constant('session=1'), fc.string({ maxLength: 20 })),
    authorization: fc.oneof(fc.constant('Basic YWRtaW46YWRtaW4='), fc.string({ maxLength: 20 })),
    origin: fc.constantFrom('http://localhost:8080', 'http://evil.example', 'null', ''),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none', 'x'),
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'x',
    ),
    'x-forwarded-for': fc.string({ maxLength: 20 }),
  },
  { requiredKeys: [] },
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD');
const payload = fc.oneof(fc.constant(undefined), fc.string({ unit: 'binary', maxLength: 40 }), fc.json());

/** Everything the queue's Redis holds but the mark of a probe; a dashboard that is asked nothing changes nothing of it. */
async function stateOfQueue(): Promise<string> {
  const keys = (await redis.keys('*')).filter((key) => !key.endsWith(':probe')).sort();
  const dumps = await Promise.all(
    keys.map(async (key) => `${key} ${(await redis.dumpBuffer(key))?.toString('hex')}`),
  );
  return dumps.join('\n');
}

it('whatever is asked of the dashboard without a login: it does not fail, and nothing is changed', async () => {
  const before = await stateOfQueue();
  await fuzz(
    'HTTP requests to the dashboard, without a login',
    fc.asyncProperty(method, path, headers, payload, async (verb, url, more, body) => {
      const answer = await dashboard.server.inject({
        method: verb,
        url,
        headers: { host: 'localhost:8080', ...withoutControls(more) },
        ...(body === undefined ? {} : { payload: body }),
      });
      expect(answer.statusCode, `${verb} ${url}`).toBeLessThan(500);
    }),
    400,
  );
  expect(await stateOfQueue()).toBe(before);
});

it('whatever page is asked for with a login: it does not fail, and nothing is changed', async () => {
  const before = await stateOfQueue();
  await fuzz(
    'HTTP requests to the dashboard, with a login',
    fc.asyncProperty(fc.constantFrom('GET', 'HEAD'), path, async (verb, url) => {
      const answer = await dashboard.server.inject({ method: verb, url, headers: login });
      expect(answer.statusCode, `${verb} ${url}`).toBeLessThan(500);
    }),
    200,
  );
  expect(await stateOfQueue()).toBe(before);
});

/** What Node would refuse to send. */
function withoutControls(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.replaceAll(/[^\x20-\x7e]/g, '')]],
    ),
  );
}
