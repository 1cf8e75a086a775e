import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AskedAction } from '../src/keys/key-action.js';
import { aDashboard, logIn } from './a-dashboard.js';

const ASKED = { action: 'pause', key: 'orders' };

let redis: RedisServer;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;
let page: Awaited<ReturnType<typeof openPage>>;
const done: AskedAction[] = [];

beforeAll(async () => {
  redis = await startRedis();
  dashboard = await aDashboard(redis.url, { runAction });
  // Once, since a login is slow by design, and only ten a minute are let in.
  page = await openPage(dashboard);
});
afterAll(async () => {
  await dashboard.close();
  await redis.stop();
});
beforeEach(() => {
  done.length = 0;
});

async function runAction(asked: AskedAction) {
  if (asked.keys.includes('nobody')) return [undefined];
  if (asked.keys.includes('trouble'))
    throw Object.assign(new Error('mongodb://me:s3cret@host'), { code: 'MONGO_AUTH' });
  done.push(asked);
  return asked.keys.map(() => 'Done.');
}

/** The headers of a key's page: with its login, and with what it proves itself by. */
async function openPage({ server }: Pick<typeof dashboard, 'server'>): Promise<Record<string, string>> {
  const headers = await logIn(server);
  const opened = await server.inject({ url: '/key?id=orders', headers });
  const token = /name="csrf-token" content="([\w-]+)"/.exec(opened.body)?.[1] ?? '';
  expect(token.length).toBeGreaterThan(30);
  return { ...headers, 'x-csrf-token': token, 'content-type': 'application/json' };
}

async function send(headers: Record<string, string>, payload: unknown = ASKED, url = '/keys/actions') {
  return await dashboard.server.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) });
}

test('a key’s page can act, and it is logged who asked for what', async () => {
  const answer = await send(page, { ...ASKED, incarnation: 3 });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ message: 'Done.' });
  expect(done).toEqual([{ action: 'pause', keys: ['orders'], incarnation: 3 }]);
  expect(dashboard.log()).toMatch(/"action":"pause".*"key":"orders"/);
});

test('an unknown or failed action is reported by its code, without the message', async () => {
  const headers = page;
  expect((await send(headers, { action: 'sync', key: 'nobody' })).statusCode).toBe(404);
  const failed = await send(headers, { action: 'sync', key: 'trouble' });
  expect(failed.statusCode).toBe(503);
  expect(failed.body).toContain('MONGO_AUTH');
  expect(failed.body + dashboard.log()).not.toContain('s3cret');
});

describe('nothing is done', () => {
  afterEach(() => expect(done).toEqual([]));

  test.each([
    '/keys/actions',
    '//keys/actions',
    '/keys//actions',
    '/keys/%61ctions',
    '/KEYS/ACTIONS',
    '/keys/actions/',
    '/keys/./actions',
    '/login/../keys/actions',
    '/assets/app.css/../../keys/actions',
    '/keys/actions?x=/login',
  ])('without a login: %s', async (url) => {
    const { cookie: _none, ...headers } = page;
    const answer = await send(headers, ASKED, url);
    expect(answer.statusCode).toBe(401);
  });

  test('with user name and password in a header, which a browser would send for any page', async () => {
    const { cookie: _none, ...headers } = page;
    const authorization = `Basic ${Buffer.from('admin:s3cret').toString('base64')}`;
    expect((await send({ ...headers, authorization })).statusCode).toBe(401);
  });

  test.each([
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:8081', 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:8080.evil.example', 'sec-fetch-site': 'cross-site' },
  ])('for another site, cookie and token or not: %o', async (foreign) => {
    expect((await send({ ...page, ...foreign })).statusCode).toBe(403);
  });

  test.each(['http://localhost:8081', 'http://localhost:8080.evil.example'])(
    'for another site whose browser sends Origin alone: %s',
    async (origin) => {
      const { 'sec-fetch-site': _none, ...headers } = page;
      expect((await send({ ...headers, origin })).statusCode).toBe(403);
    },
  );

  test('for a client that sends neither Origin nor Sec-Fetch-Site', async () => {
    const { origin: _none, 'sec-fetch-site': _neither, ...headers } = page;
    expect((await send(headers)).statusCode).toBe(403);
  });

  test('without the token, with half of it, or with that of another session', async () => {
    const headers = page;
    const other = await openPage(dashboard);
    expect(other['x-csrf-token']).not.toBe(headers['x-csrf-token']);
    for (const token of [
      '',
      'x',
      String(headers['x-csrf-token']).slice(0, 20),
      String(other['x-csrf-token']),
    ]) {
      const answer = await send({ ...headers, 'x-csrf-token': token });
      expect(answer.statusCode, token).toBe(403);
      expect(answer.json()).toEqual({ error: 'This page is outdated: reload it.' });
    }
  });

  test.each(['/keys/actions', '/bulk', '/bulk/stop', '/dead-letters/actions'])(
    'without the token, whatever is asked: %s',
    async (url) => {
      const { 'x-csrf-token': token, ...headers } = page;
      for (const payload of [ASKED, {}, { ...ASKED, _csrf: token }]) {
        const answer = await send(headers, payload, url);
        expect({ status: answer.statusCode, body: answer.json() }).toEqual({
          status: 403,
          body: { error: 'This page is outdated: reload it.' },
        });
      }
    },
  );

  test('by a form, which other sites can send too', async () => {
    const headers = { ...page, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(headers)).statusCode).toBe(415);
    expect((await send({ ...headers, 'content-type': 'text/plain' })).statusCode).toBe(400);
  });

  test.each([
    [{}],
    [null],
    ['pause'],
    [{ action: 'pause' }],
    [{ action: 'drop', key: 'orders' }],
    [{ action: '__proto__', key: 'orders' }],
    [{ action: 'pause', key: '' }],
    [{ action: 'pause', key: ['orders'] }],
  ])('when the action is incomplete: %j', async (payload: unknown) => {
    expect((await send(page, payload)).statusCode).toBe(400);
  });

  test('of a body larger than any key that has a page', async () => {
    expect((await send(page, { action: 'pause', key: 'x'.repeat(2_000_000) })).statusCode).toBe(413);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'] as const)('by %s', async (method) => {
    const { 'content-type': _none, ...bare } = page;
    const answer = await dashboard.server.inject({ method, url: '/keys/actions', headers: bare });
    expect(answer.statusCode).toBe(404);
    const without = await dashboard.server.inject({
      method,
      url: '/keys/actions',
      headers: { host: 'localhost:8080' },
    });
    expect([401, 403]).toContain(without.statusCode);
  });

  test('in read-only mode', async () => {
    const shy = await aDashboard(redis.url, { runAction, readOnly: true });
    const headers = await openPage(shy);
    const answer = await shy.server.inject({
      method: 'POST',
      url: '/keys/actions',
      headers,
      payload: JSON.stringify(ASKED),
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toEqual({ error: 'The dashboard is read-only.' });
    await shy.close();
  });
});

test('HEAD opens no stream of events, which would never end', async () => {
  const { 'content-type': _none, ...headers } = page;
  expect((await dashboard.server.inject({ method: 'HEAD', url: '/live', headers })).statusCode).toBe(404);
});
