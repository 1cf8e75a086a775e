import { appRoutes } from '@bull-board/api/dist/routes.js';
import { loadConfig } from '@redis-to-mongo/config';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { aDashboard, LOGIN, logIn, ORIGIN, sendLogin } from './a-dashboard.js';

let redis: RedisServer;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});
beforeEach(async () => {
  dashboard = await aDashboard(redis.url);
});
afterEach(async () => {
  await dashboard.queue.forBoard().obliterate({ force: true });
  await dashboard.close();
});

/** All routes that Bull Board has, with something in the place of each parameter. */
function boardRoutes() {
  const named = (route: string) => `/queues${route.replace(':queueName', 'sync').replaceAll(/:\w+/g, 'x')}`;
  const pages = [appRoutes.entryPoint.route]
    .flat()
    .map((route) => ({ method: 'GET' as const, url: named(route) }));
  const api = appRoutes.api.flatMap(({ method, route }) =>
    [method]
      .flat()
      .flatMap((one) =>
        [route]
          .flat()
          .map((url) => ({ method: one.toUpperCase() as 'GET' | 'POST' | 'PUT' | 'PATCH', url: named(url) })),
      ),
  );
  return [...pages, ...api];
}

const OWN_PAGES = [
  '/',
  '/live',
  '/keys',
  '/keys/rows',
  '/keys.csv',
  '/keys.json',
  '/dead-letters',
  '/dead-letters/rows',
  '/dead-letters.csv',
  '/dead-letter?id=x',
  '/audit',
  '/audit/rows',
  '/audit.json',
  '/bulk',
  '/bulk/count?list=keys',
  '/configuration',
  '/history',
  '/history/data',
  '/history.csv',
  '/workers',
  '/workers/rows',
  '/workers.csv',
  '/workers.json',
  '/key?id=orders',
  '/key/detail?id=orders',
  '/api/status',
  '/metrics',
  '/assets/live.js',
  '/assets/uplot/uPlot.iife.min.js',
  '/logout',
  '/nothing',
];
const BOARD_FILES = [
  '/queues/static/favicon.ico',
  '/queues/static/locales/en-US/messages.json',
  '/queues/static/x',
];

test('no base path may begin as one of the dashboard’s own paths does', () => {
  const paths = [...OWN_PAGES, '/login', '/healthz', '/readyz', '/queues'].filter(
    (path) => path !== '/' && path !== '/nothing',
  );
  for (const path of paths) {
    const DASHBOARD_BASE_PATH = `/${path.split(/[/?]/)[1]}/x`;
    expect(() => loadConfig({ env: { DASHBOARD_BASE_PATH }, cwd: '/' }), path).toThrow('DASHBOARD_BASE_PATH');
  }
});

describe('without a login', () => {
  test('no route answers with anything: not the pages, not Bull Board, not its API or files, not what is not there', async () => {
    const routes = [
      ...[...OWN_PAGES, ...BOARD_FILES].map((url) => ({ method: 'GET' as const, url })),
      ...boardRoutes(),
    ];
    expect(routes.length).toBeGreaterThanOrEqual(50);
    for (const { method, url } of routes) {
      for (const spelling of [
        url,
        `${url}/`,
        `${url}?x=1`,
        `//${url.slice(1)}`,
        url.replace('/queues', '/%71ueues'),
      ]) {
        const answer = await dashboard.server.inject({ method, url: spelling, headers: ORIGIN });
        expect(answer.statusCode, `${method} ${spelling}`).toBe(401);
        expect(answer.json(), `${method} ${spelling}`).toEqual({ error: 'Log in first.' });
      }
    }
  });

  test('a person is sent to the login, and afterward where they wanted to go', async () => {
    const headers = { ...ORIGIN, accept: 'text/html,*/*' };
    const answer = await dashboard.server.inject({ url: '/queues/queue/sync?status=failed', headers });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/login?next=%2Fqueues%2Fqueue%2Fsync%3Fstatus%3Dfailed');
    const form = await dashboard.server.inject({ url: String(answer.headers.location), headers });
    expect(form.body).toContain('name="next" value="/queues/queue/sync?status=failed"');
    const login = await sendLogin(dashboard.server, { ...LOGIN, next: '/queues/queue/sync?status=failed' });
    expect(login.headers.location).toBe('/queues/queue/sync?status=failed');
  });

  test('/readyz says whether it is ready, which Kubernetes asks without a login, and why not to those it knows', async () => {
    const open = await dashboard.server.inject({ url: '/readyz' });
    expect([open.statusCode, open.json()]).toEqual([200, { status: 'ready' }]);
    const headers = await logIn(dashboard.server);
    expect((await dashboard.server.inject({ url: '/readyz', headers })).json()).toMatchObject({
      checks: [{ name: 'queue', ok: true }],
    });
    const wrong = { authorization: `Basic ${Buffer.from('admin:wrong').toString('base64')}` };
    expect((await dashboard.server.inject({ url: '/readyz', headers: wrong })).statusCode).toBe(401);
  });

  test('an error is a page for a person, and JSON for a program', async () => {
    const headers = { ...(await logIn(dashboard.server)), accept: 'text/html' };
    for (const [url, status, says] of [
      ['/nothing', 404, 'This page does not exist.'],
      ['/key?id=nobody', 404, 'MongoDB does not have this key.'],
      ['/key/job?id=nobody', 404, 'This key has no job scheduler.'],
    ] as const) {
      const page = await dashboard.server.inject({ url, headers });
      expect([page.statusCode, page.headers['content-type']], url).toEqual([
        status,
        'text/html; charset=utf-8',
      ]);
      expect(page.body, url).toMatch(new RegExp(`^<!doctype html>.*${says}.*href="keys"`, 's'));
      const program = await dashboard.server.inject({
        url,
        headers: { ...headers, accept: 'application/json' },
      });
      expect([program.statusCode, program.json()], url).toEqual([status, { error: says }]);
    }
  });

  test('the form, its style and icon, and /healthz are open', async () => {
    for (const url of ['/login', '/assets/app.css', '/assets/favicon.svg', '/healthz']) {
      expect((await dashboard.server.inject({ url })).statusCode, url).toBe(200);
    }
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'x',
  ])('the login leads to no other site: %s', async (next) => {
    expect((await sendLogin(dashboard.server, { ...LOGIN, next })).headers.location).toBe('/');
  });
});

describe('the login', () => {
  test('gives a cookie that no script and no other site can use, and that opens the dashboard', async () => {
    const answer = await sendLogin(dashboard.server, LOGIN);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers['set-cookie']).toMatch(
      /^r2m_session_8080=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const headers = await logIn(dashboard.server);
    const page = await dashboard.server.inject({ url: '/', headers });
    expect(page.statusCode).toBe(200);
    expect(page.headers['cache-control']).toBe('no-store');
  });

  test.each([
    [{ username: 'admin', password: 'wrong' }],
    [{ username: 'root', password: 's3cret' }],
    [{ username: 'admin' }],
    [{}],
  ])('refuses %o, says so, and logs neither name nor password', async (fields: Record<string, string>) => {
    const answer = await sendLogin(dashboard.server, fields);
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('Wrong user name or password.');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body).not.toContain(fields.password ?? 'wrong');
    expect(dashboard.log()).toContain('a login was refused');
    expect(dashboard.log()).not.toMatch(/s3cret|"root"|password/);
  });

  test('is refused for a while after ten tries, the right one too, but only where they came from', async () => {
    for (let i = 0; i < 10; i += 1)
      await sendLogin(dashboard.server, { username: 'admin', password: `${i}` });
    const right = await sendLogin(dashboard.server, LOGIN);
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect(right.body).toContain('Too many logins');
    const spoofed = await sendLogin(dashboard.server, LOGIN, { ...ORIGIN, 'x-forwarded-for': '192.0.2.7' });
    expect(spoofed.statusCode).toBe(429);
    const basic = { authorization: `Basic ${Buffer.from('admin:s3cret').toString('base64')}` };
    expect((await dashboard.server.inject({ url: '/metrics', headers: basic })).statusCode).toBe(429);
    const other = await dashboard.server.inject({
      method: 'POST',
      url: '/login',
      remoteAddress: '192.0.2.7',
      payload: new URLSearchParams(LOGIN).toString(),
      headers: { ...ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(other.statusCode).toBe(303);
  });

  test('ends when the person logs out: the cookie is worth nothing then', async () => {
    const headers = await logIn(dashboard.server);
    const out = await dashboard.server.inject({
      method: 'POST',
      url: '/logout',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(out.statusCode).toBe(303);
    expect(out.headers.location).toBe('/login');
    expect((await dashboard.server.inject({ url: '/', headers })).statusCode).toBe(401);
  });

  test('ends automatically', async () => {
    const short = await aDashboard(redis.url, { sessionMs: 300 });
    const headers = await logIn(short.server);
    await vi.waitFor(
      async () => {
        expect((await short.server.inject({ url: '/', headers })).statusCode).toBe(401);
      },
      { timeout: 20_000 },
    );
    await short.close();
  });

  test('takes no made-up cookie', async () => {
    const headers = { cookie: `r2m_session_8080=${'a'.repeat(43)}`, host: ORIGIN.host };
    expect((await dashboard.server.inject({ url: '/', headers })).statusCode).toBe(401);
  });

  test('behind a trusted proxy that ends TLS gives a cookie for HTTPS alone; X-Forwarded-Proto of others is ignored', async () => {
    const forwarded = {
      ...ORIGIN,
      host: 'dash.example',
      origin: 'https://dash.example',
      'x-forwarded-proto': 'https',
    };
    const plain = { ...forwarded, origin: 'http://dash.example' };
    const untrusted = await sendLogin(dashboard.server, LOGIN, plain);
    expect(untrusted.headers['set-cookie']).not.toContain('Secure');
    // The browser's own word is as good: it sends Origin with the form.
    const bySelf = await sendLogin(dashboard.server, LOGIN, forwarded);
    expect(bySelf.headers['set-cookie']).toMatch(/^__Host-r2m_session=.*; Secure/);
    const behind = await aDashboard(redis.url, { trustedProxies: ['127.0.0.1'] });
    const trusted = await sendLogin(behind.server, LOGIN, forwarded);
    expect(trusted.headers['set-cookie']).toMatch(
      /^__Host-r2m_session=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const named = String(trusted.headers['set-cookie']).split(';')[0] ?? '';
    const asked = { ...forwarded, cookie: named.replace('__Host-', '') };
    expect((await behind.server.inject({ url: '/', headers: asked })).statusCode).toBe(401);
    await behind.close();
  });

  test('takes no huge form', async () => {
    const answer = await sendLogin(dashboard.server, { ...LOGIN, password: 'x'.repeat(10_000) });
    expect(answer.statusCode).toBe(413);
  });
});

describe('programs', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  test('read health, metrics and status by user name and password', async () => {
    for (const url of ['/readyz', '/metrics', '/api/status']) {
      expect((await dashboard.server.inject({ url, headers: basic('admin:s3cret') })).statusCode, url).toBe(
        200,
      );
      const wrong = await dashboard.server.inject({ url, headers: basic('admin:wrong') });
      expect(wrong.statusCode, url).toBe(401);
      expect(wrong.headers['www-authenticate'], url).toContain('Basic');
    }
  });

  test('are told for what their login is not', async () => {
    for (const [text, url, error] of [
      ['admin:s3cret', '/keys.csv', 'HTTP Basic is only for /readyz, /metrics, /api/status.'],
      ['admin:wrong', '/metrics', 'Log in first.'],
    ] as const) {
      const answer = await dashboard.server.inject({ url, headers: basic(text) });
      expect([answer.statusCode, answer.json()], url).toEqual([401, { error }]);
    }
  });

  test('may read as often as they like, once they were let in', async () => {
    for (let i = 0; i < 30; i += 1) {
      const answer = await dashboard.server.inject({ url: '/metrics', headers: basic('admin:s3cret') });
      expect(answer.statusCode).toBe(200);
    }
  });

  test('can not change anything that way, which a page of another site could make a browser do', async () => {
    const headers = { ...ORIGIN, ...basic('admin:s3cret') };
    const answer = await dashboard.server.inject({
      method: 'PUT',
      url: '/queues/api/queues/sync/pause',
      headers,
    });
    expect(answer.statusCode).toBe(401);
    expect(await dashboard.queue.forBoard().isPaused()).toBe(false);
  });
});

describe('a request from another site', () => {
  test.each([
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' },
    {},
  ])('changes nothing, even with the cookie: %o', async (foreign) => {
    const { cookie } = await logIn(dashboard.server);
    const headers = { host: ORIGIN.host, cookie, ...foreign };
    for (const { method, url } of boardRoutes().filter((route) => route.method !== 'GET')) {
      expect((await dashboard.server.inject({ method, url, headers })).statusCode, `${method} ${url}`).toBe(
        403,
      );
    }
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect(
      (await dashboard.server.inject({ method: 'POST', url: '/logout', headers: form })).statusCode,
    ).toBe(403);
    expect((await sendLogin(dashboard.server, LOGIN, { host: ORIGIN.host, ...foreign })).statusCode).toBe(
      403,
    );
    expect((await dashboard.server.inject({ url: '/', headers })).statusCode).toBe(200);
    expect(await dashboard.queue.forBoard().isPaused()).toBe(false);
  });
});

describe('security headers', () => {
  test('stand on every answer, open, refused or not there', async () => {
    const headers = await logIn(dashboard.server);
    for (const url of [
      '/',
      '/login',
      '/healthz',
      '/queues',
      '/queues/api/queues',
      '/assets/app.css',
      '/nothing',
    ]) {
      for (const sent of [headers, {}]) {
        const answer = await dashboard.server.inject({ url, headers: sent });
        expect(answer.headers, url).toMatchObject({
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'same-origin',
        });
        expect(answer.headers['content-security-policy'], url).toContain("script-src 'self';");
        expect(answer.headers['content-security-policy'], url).toContain("default-src 'none'");
      }
    }
  });

  test('forbid inline styles on the dashboard’s own pages, and allow them to Bull Board, which has some', async () => {
    const headers = await logIn(dashboard.server);
    const policyOf = async (url: string) =>
      String((await dashboard.server.inject({ url, headers })).headers['content-security-policy']);
    expect(await policyOf('/')).not.toContain('unsafe-inline');
    expect(await policyOf('/login')).not.toContain('unsafe-inline');
    expect(await policyOf('/queues')).toContain("style-src 'self' 'unsafe-inline'");
  });
});

describe('Bull Board', () => {
  test('is served with its files, and loads nothing from elsewhere', async () => {
    const headers = await logIn(dashboard.server);
    const page = await dashboard.server.inject({ url: '/queues', headers });
    expect(page.statusCode).toBe(200);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => /^(https?:)?\/\//.test(link))).toEqual([]);
    const files = links.filter((link) => link.startsWith('static/'));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect((await dashboard.server.inject({ url: `/queues/${file}`, headers })).statusCode, file).toBe(200);
    }
  });

  test('shows the queue, changes it, and each change is logged', async () => {
    const headers = await logIn(dashboard.server);
    await dashboard.queue.request(['orders']);
    const shown = await dashboard.server.inject({ url: '/queues/api/queues?activeQueue=sync', headers });
    expect(shown.json()).toMatchObject({
      queues: [{ name: 'sync', counts: { waiting: 1 }, readOnlyMode: false }],
    });
    const paused = await dashboard.server.inject({
      method: 'PUT',
      url: '/queues/api/queues/sync/pause',
      headers,
    });
    expect(paused.statusCode).toBe(200);
    expect(await dashboard.queue.forBoard().isPaused()).toBe(true);
    expect(dashboard.log()).toContain('/queues/api/queues/sync/pause');
  });

  test('lists the job schedulers that are due first, and counts all', async () => {
    const headers = await logIn(dashboard.server);
    await dashboard.queue.schedulers.set(
      Array.from({ length: 250 }, (_none, i) => `k${i}`),
      3_600_000,
    );
    const listed = await dashboard.server.inject({ url: '/queues/api/job-schedulers', headers });
    const { schedulers } = listed.json<{ schedulers: { next: number; template: { data: unknown } }[] }>();
    expect(schedulers).toHaveLength(200);
    expect(schedulers.map(({ next }) => next)).toEqual(
      schedulers.map(({ next }) => next).sort((a, b) => a - b),
    );
    const queues = await dashboard.server.inject({ url: '/queues/api/queues', headers });
    expect(queues.json()).toMatchObject({ queues: [{ jobSchedulerCount: 250 }] });
  });

  test('names jobs and schedulers by their keys, and leads from a job to its key and back', async () => {
    const headers = await logIn(dashboard.server);
    await dashboard.queue.schedulers.set(['orders:info:audit'], 3_600_000);
    const listed = await dashboard.server.inject({ url: '/queues/api/job-schedulers', headers });
    expect(listed.json()).toMatchObject({
      schedulers: [{ name: 'orders:info:audit', id: expect.any(String) }],
    });
    const away = await dashboard.server.inject({ url: '/key/job?id=orders%3Ainfo%3Aaudit', headers });
    const [, id = ''] =
      /^\/queues\/queue\/sync\/(repeat%3A[0-9a-f]+%3A\d+)$/.exec(String(away.headers.location)) ?? [];
    expect((await dashboard.server.inject({ url: `/queues/queue/sync/${id}`, headers })).statusCode).toBe(
      200,
    );
    const job = await dashboard.server.inject({ url: `/queues/api/queues/sync/${id}`, headers });
    expect(job.json()).toMatchObject({
      job: { name: 'orders:info:audit', externalUrl: { href: '/key?id=orders%3Ainfo%3Aaudit' } },
    });
  });

  test('changes nothing in read-only mode, and still shows everything', async () => {
    const shy = await aDashboard(redis.url, { readOnly: true });
    const headers = await logIn(shy.server);
    for (const { method, url } of boardRoutes().filter((route) => route.method !== 'GET')) {
      expect((await shy.server.inject({ method, url, headers })).statusCode, `${method} ${url}`).toBe(403);
    }
    expect(await shy.queue.forBoard().isPaused()).toBe(false);
    const shown = await shy.server.inject({ url: '/queues/api/queues', headers });
    expect(shown.json()).toMatchObject({ queues: [{ name: 'sync', readOnlyMode: true }] });
    await shy.close();
  });
});

describe('the status', () => {
  test('counts workers, jobs and schedulers of the real queue', async () => {
    const headers = await logIn(dashboard.server);
    await dashboard.queue.schedulers.set(['a', 'b', 'c'], 3_600_000);
    await dashboard.queue.beat('some worker', { app: 'worker', state: 'active' });
    await vi.waitFor(
      async () => {
        const status = await dashboard.server.inject({ url: '/api/status', headers });
        expect(status.json()).toMatchObject({
          fleet: { types: [{ keyType: 'stream', seen: 100 }] },
          queue: { workers: 1, schedulers: 3, delayed: 3, paused: false, inCharge: false },
          verdict: { level: 'broken', title: 'No scheduler is active' },
        });
      },
      { timeout: 10_000, interval: 200 },
    );
    await dashboard.queue.endHeartbeat('some worker');
  });

  test('comes as a page', async () => {
    const headers = await logIn(dashboard.server);
    const page = await dashboard.server.inject({ url: '/', headers });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('No scheduler is active');
  });
});
