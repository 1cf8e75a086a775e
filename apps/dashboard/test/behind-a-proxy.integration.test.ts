import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DashboardOptions } from '../src/dashboard-options.js';
import { aDashboard, LOGIN } from './a-dashboard.js';
import { findNginx, type Nginx, startNginx } from './an-nginx.js';

const nginxCommand = await findNginx();

/** As nginx does by default: Host is that of the dashboard, and no header names the client or TLS. */
const AS_BY_DEFAULT = (port: number) => `location / { proxy_pass http://127.0.0.1:${port}; }`;
const HEADERS = `proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;`;
const TRUSTED = { trustedProxies: ['127.0.0.1'] };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe.skipIf(nginxCommand === undefined)('behind a real nginx that ends TLS (needs nginx)', () => {
  let redis: RedisServer;
  const opened: { close(): Promise<unknown> }[] = [];
  let nginx: Nginx;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  });
  afterAll(async () => await redis.stop());

  async function serve(
    locations: (port: number) => string,
    more: Partial<DashboardOptions> = {},
  ): Promise<Awaited<ReturnType<typeof aDashboard>>> {
    const dashboard = await aDashboard(redis.url, more);
    opened.push(dashboard);
    const own = await dashboard.server.listen({ host: '127.0.0.1', port: 0 });
    nginx = await startNginx(nginxCommand ?? '', locations(Number(new URL(own).port)));
    opened.push(nginx);
    return dashboard;
  }

  /** What a browser at `from` sends to https://dash.example. */
  async function ask(
    path: string,
    { from = '127.0.0.1', form, headers = {} }: { from?: string; form?: object; headers?: object } = {},
  ): Promise<Answer> {
    const origin = `https://dash.example:${nginx.port}`;
    const body = form && new URLSearchParams({ ...form }).toString();
    const ofForm = {
      origin,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    };
    return await new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: nginx.port,
          localAddress: from,
          servername: 'dash.example',
          ca: readFileSync(nginx.ca),
          path,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            host: `dash.example:${nginx.port}`,
            accept: 'text/html',
            ...(body === undefined ? {} : { ...ofForm, 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.once('end', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
          );
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

  test.each([
    ['that rewrites Host, and forwards nothing about client and TLS', AS_BY_DEFAULT, {}],
    [
      'that passes Host on',
      (port: number) => `location / { ${HEADERS} proxy_pass http://127.0.0.1:${port}; }`,
      TRUSTED,
    ],
  ])(
    '%s: one can log in, read pages and log out, by a cookie for HTTPS alone',
    async (_name, locations, more) => {
      await serve(locations, more);
      const login = await ask('/login', { form: LOGIN });
      expect([login.status, login.headers.location]).toEqual([303, '/']);
      expect(login.headers['set-cookie']?.[0]).toMatch(
        /^__Host-r2m_session.*; HttpOnly; Secure; SameSite=Strict$/,
      );
      const cookie = cookieOf(login);
      expect((await ask('/', { headers: { cookie } })).body).toContain('By key type');
      expect((await ask('/logout', { form: {}, headers: { cookie } })).status).toBe(303);
      expect((await ask('/', { headers: { cookie } })).status).toBe(303);
    },
  );

  test('who guesses passwords keeps nobody else out, and who knows theirs may log in as often as they like', async () => {
    const dashboard = await serve(
      (port) => `location / { ${HEADERS} proxy_pass http://127.0.0.1:${port}; }`,
      TRUSTED,
    );
    for (let i = 0; i < 11; i += 1) expect((await ask('/login', { form: LOGIN })).status).toBe(303);
    const guess = () => ask('/login', { from: '127.0.0.7', form: { ...LOGIN, password: 'guess' } });
    const guesses = await Promise.all(Array.from({ length: 12 }, guess));
    expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await ask('/login', { from: '127.0.0.7', form: LOGIN })).status).toBe(429);
    // What a client says of itself counts for nothing: the proxy sets the header.
    const spoofed = { from: '127.0.0.7', form: LOGIN, headers: { 'x-forwarded-for': '127.0.0.8' } };
    expect((await ask('/login', spoofed)).status).toBe(429);
    expect((await ask('/login', { from: '127.0.0.8', form: LOGIN })).status).toBe(303);
    expect(dashboard.log()).toContain('"from":"127.0.0.7"');
    expect(dashboard.log()).not.toContain('DASHBOARD_TRUSTED_PROXIES');
  });

  test('a proxy that is not trusted is reported, once', async () => {
    const dashboard = await serve((port) => `location / { ${HEADERS} proxy_pass http://127.0.0.1:${port}; }`);
    await ask('/login');
    await ask('/login');
    expect(dashboard.log().match(/set DASHBOARD_TRUSTED_PROXIES/g)).toHaveLength(1);
  });

  test('a form whose proxy rewrites Host, where the browser does not say so, is refused by a page with the remedy', async () => {
    await serve(AS_BY_DEFAULT);
    const answer = await fetch(`http://127.0.0.1:${nginx.plainPort}/login`, {
      method: 'POST',
      headers: {
        origin: 'http://dash.example',
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(LOGIN).toString(),
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/^<!doctype html>.*proxy_set_header Host \$http_host/s);
  });

  describe.each([
    [
      'passes the base path on',
      (port: number) => `location /ops/mirror { ${HEADERS} proxy_pass http://127.0.0.1:${port}; }`,
    ],
    [
      'takes the base path away',
      (port: number) => `location /ops/mirror/ { ${HEADERS} proxy_pass http://127.0.0.1:${port}/; }`,
    ],
  ])('that %s', (_name, locations) => {
    let cookie: string;
    beforeEach(async () => {
      await serve(locations, { ...TRUSTED, basePath: '/ops/mirror' });
      const away = await ask('/ops/mirror/keys?q=x');
      expect(away.headers.location).toBe('/ops/mirror/login?next=%2Fkeys%3Fq%3Dx');
      const form = await ask(String(away.headers.location));
      const next = /name="next" value="([^"]*)"/.exec(form.body)?.[1] ?? '';
      const login = await ask('/ops/mirror/login', { form: { ...LOGIN, next } });
      expect(login.headers.location).toBe('/ops/mirror/keys?q=x');
      expect(login.headers['set-cookie']?.[0]).toMatch(/^__Host-r2m_session_\d+_ops_mirror=.*; Path=\/; /);
      cookie = cookieOf(login);
    });

    test('every link, form, style and script of every page leads below the base path, and is there', async () => {
      const seen = new Set<string>();
      const waiting = ['/ops/mirror/', '/ops/mirror/keys', '/ops/mirror/key?id=orders', '/ops/mirror/queues'];
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        if (seen.has(path)) continue;
        seen.add(path);
        const page = await ask(path, { headers: { cookie } });
        expect(page.status, path).toBe(200);
        if (!page.headers['content-type']?.includes('text/html')) continue;
        const base = /<base href="([^"]+)"/.exec(page.body)?.[1] ?? '';
        for (const [, link = ''] of page.body.matchAll(/(?:href|src)="([^"]*)"/g)) {
          const { pathname, search, host } = new URL(
            link.replaceAll('&amp;', '&'),
            new URL(base, 'https://dash.example'),
          );
          expect([host, pathname.startsWith('/ops/mirror/')], `${path}: ${link}`).toEqual([
            'dash.example',
            true,
          ]);
          waiting.push(pathname + search);
        }
      }
      expect([...seen].filter((path) => path.includes('/assets/')).length).toBeGreaterThan(6);
      expect([...seen].filter((path) => path.includes('/queues/static/')).length).toBeGreaterThan(3);
      const api = await ask('/ops/mirror/queues/api/queues', { headers: { cookie } });
      expect(api.status).toBe(200);
    });

    test('logging out leads back to the form below it', async () => {
      const out = await ask('/ops/mirror/logout', { form: {}, headers: { cookie } });
      expect(out.headers.location).toBe('/ops/mirror/login');
    });
  });
});
