import { REASON_CODES } from '@redis-to-mongo/fleet-status';
import { type FreshNamespace, freshNamespace } from '@redis-to-mongo/local-stack';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reasonLink } from '../src/pages/status/verdict-part.js';
import { aDashboard, logIn } from './a-dashboard.js';
import { aQueue, someFacts } from './a-report.js';

let space: FreshNamespace;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;

beforeAll(async () => {
  space = await freshNamespace({ mongoUri: testMongoUri() });
  dashboard = await aDashboard(space.redis.url);
});
afterAll(async () => {
  await dashboard?.close();
  await space?.close();
});

test('each link of the headline leads to a page, and a list there is filtered', async () => {
  const login = await logIn(dashboard.server);
  let links = 0;
  for (const code of REASON_CODES) {
    const link = reasonLink({ code, level: 'broken', what: '', remedy: '' }, someFacts());
    const path = link && /href="([^"]+)"/.exec(link.toString())?.[1];
    if (path === undefined) continue;
    links++;
    const answer = await dashboard.server.inject({ url: `/${path}`, headers: login });
    expect(answer.statusCode, path).toBe(200);
    const [, value] = /(?:status|within)=(\w+)/.exec(path) ?? [];
    if (value !== undefined) expect(answer.body, path).toContain(`<option value="${value}" selected`);
  }
  expect(links).toBeGreaterThan(15);
});

test('changes of failing keys lead to these keys, others to the workers', () => {
  const link = (untriedMs: number) =>
    reasonLink(
      { code: 'changes-waiting-long', level: 'broken', what: '', remedy: '' },
      { ...someFacts(), queue: { is: aQueue({ due: 1_000, dueMs: 90_000, untriedMs }) } },
    )?.toString();
  expect(link(0)).toContain('href="keys?status=failing"');
  expect(link(90_000)).toContain('href="workers"');
});
