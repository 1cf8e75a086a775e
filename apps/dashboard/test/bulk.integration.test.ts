import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AskedAction, KeyAction } from '../src/keys/key-action.js';
import { aDashboard, logIn, NO_DETAILS } from './a-dashboard.js';
import { aSummary } from './a-report.js';

const UNTIL = { timeout: 20_000 };
const KEYS = Array.from({ length: 30 }, (_none, i) => aSummary({ key: `k:${i}` }));
let redis: RedisServer;
const done: (readonly [KeyAction, string])[] = [];
/** The number of keys of each call. */
const calls: number[] = [];
let failing = new Set<string>();
let release: Promise<void> | undefined;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function dashboardWith(more = {}, ofKeys = {}) {
  done.length = 0;
  calls.length = 0;
  failing = new Set();
  release = undefined;
  const keys = {
    readKey: async () => undefined,
    readSummaries: async () => new Map(),
    readPage: async () => ({ keys: KEYS, first: undefined, last: undefined, isMore: false }),
    countKeys: async () => KEYS.length,
    nextRuns: async () => [],
    ...NO_DETAILS,
    ...ofKeys,
  };
  const dashboard = await aDashboard(redis.url, {
    keys,
    runAction: async ({ action, keys }: AskedAction) => {
      calls.push(keys.length);
      await release;
      if (keys.some((key) => failing.has(key)))
        throw Object.assign(new Error('no'), { code: 'MONGO_UNAVAILABLE' });
      for (const key of keys) done.push([action, key]);
      return keys.map(() => 'Done.');
    },
    ...more,
  });
  const headers = await logIn(dashboard.server, `10.0.0.${Math.floor(Math.random() * 250)}`);
  const page = await dashboard.server.inject({ url: '/keys', headers });
  const token = /name="csrf-token" content="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const send = async (
    payload: object,
    more: Record<string, string> = { 'x-csrf-token': token },
    url = '/bulk',
  ) => await dashboard.server.inject({ method: 'POST', url, payload, headers: { ...headers, ...more } });
  const ended = async () =>
    await vi.waitFor(async () => {
      const { progress } = (await dashboard.server.inject({ url: '/bulk', headers })).json();
      expect(progress.is).not.toBe('running');
      return progress;
    }, UNTIL);
  return { ...dashboard, headers, send, ended };
}

const ALL = { action: 'pause', list: 'keys?q=k', count: 30 };

it('a resync of a list knows for each key when the list began: one that comes twice begins one incarnation', async () => {
  const began = new Date();
  const since: (Date | undefined)[] = [];
  const runAction = async (asked: AskedAction) => {
    since.push(asked.since);
    return asked.keys.map(() => 'Done.');
  };
  const on = await dashboardWith({ runAction });
  expect((await on.send({ ...ALL, action: 'resync' })).statusCode).toBe(202);
  expect((await on.ended()).is).toBe('done');
  await on.close();
  const [first] = since;
  expect(first?.getTime()).toBeGreaterThanOrEqual(began.getTime());
  expect(new Set(since)).toEqual(new Set([first]));
});

describe('what is done to many', () => {
  it('is done to each, logged for each, and kept for each', async () => {
    const on = await dashboardWith();
    const { body } = await on.server.inject({ url: '/bulk/count?list=keys%3Fq%3Dk', headers: on.headers });
    expect(JSON.parse(body)).toEqual({ count: 30, isMore: false });
    expect((await on.send(ALL)).statusCode).toBe(202);
    expect(await on.ended()).toMatchObject({
      is: 'done',
      done: 30,
      failed: 0,
      total: { count: 30, isMore: false },
      filter: 'keys?q=k',
    });
    expect(new Set(done.map(([, key]) => key)).size).toBe(30);
    expect(on.log().match(/operator action/g)).toHaveLength(30);
    expect(on.actions).toHaveLength(30);
    expect(on.actions[0]).toMatchObject({ action: 'pause', filter: 'keys?q=k', result: 'Done.' });
    await on.close();
  });

  it('goes on behind what fails, and counts how many did, and why', async () => {
    const on = await dashboardWith();
    failing = new Set(['k:3', 'k:4']);
    await on.send({ ...ALL, action: 'sync' });
    expect(await on.ended()).toMatchObject({ is: 'done', done: 28, failed: 2, code: 'MONGO_UNAVAILABLE' });
    expect(on.actions.filter(({ error }) => error !== undefined)).toHaveLength(2);
    await on.close();
  });

  it.each(['pause', 'resume'])('is one step for many keys: %s', async (action) => {
    const on = await dashboardWith();
    await on.send({ ...ALL, action });
    expect(await on.ended()).toMatchObject({ is: 'done', done: 30, failed: 0 });
    expect(calls).toEqual([30]);
    failing = new Set(['k:3']);
    await on.send({ ...ALL, action });
    expect(await on.ended()).toMatchObject({ is: 'done', done: 0, failed: 30, code: 'MONGO_UNAVAILABLE' });
    expect(on.actions.filter(({ error }) => error !== undefined)).toHaveLength(30);
    await on.close();
  });

  it('is done once at a time, and can be stopped', async () => {
    const on = await dashboardWith();
    let go = () => {};
    release = new Promise((resolve) => (go = resolve));
    const syncs = { ...ALL, action: 'sync' };
    expect((await on.send(syncs)).statusCode).toBe(202);
    expect((await on.send(syncs)).statusCode).toBe(409);
    const stopping = on.send({}, undefined, '/bulk/stop');
    await vi.waitFor(() => expect(on.log()).toContain('bulk action: stopped by an operator'), UNTIL);
    go();
    expect((await stopping).json().progress).toMatchObject({ is: 'stopped' });
    expect(done.length).toBeLessThan(30);
    await on.close();
  });

  it('is asked about anew where the list has grown since', async () => {
    const on = await dashboardWith();
    const answer = await on.send({ ...ALL, count: 3 });
    expect(answer.statusCode).toBe(409);
    expect(answer.json().error).toContain('30');
    expect(done).toEqual([]);
    await on.close();
  });

  it('of a long list asks about an estimate, as the list shows it, and counts nothing', async () => {
    let about = 187_654;
    const countKeys = () => Promise.reject(new Error('not to be counted'));
    const on = await dashboardWith({}, { countKeys, estimateKeys: async () => about });
    const { body } = await on.server.inject({ url: '/bulk/count?list=keys%3Fq%3Dk', headers: on.headers });
    expect(JSON.parse(body)).toEqual({ count: 190_000, isMore: false, isAbout: true });
    about = 500_000;
    const grown = await on.send({ ...ALL, count: 190_000 });
    expect(grown.json().error).toBe('The filter shows about 500,000 keys now: please confirm again.');
    about = 212_345; // another sample of the same keys
    expect((await on.send({ ...ALL, count: 190_000 })).statusCode).toBe(202);
    expect(await on.ended()).toMatchObject({ done: 30, total: { count: 210_000, isAbout: true } });
    await on.close();
  });

  it('asks about more than 10,000 where there are more, and of a pattern about those that were found', async () => {
    const page = { keys: KEYS, first: undefined, last: { key: 'k:29', value: null }, isMore: true };
    const on = await dashboardWith({}, { countKeys: async () => 10_001, readPage: async () => page });
    for (const list of ['keys%3Fstatus%3Ddeleted', 'keys%3Fq%3D*k']) {
      const { body } = await on.server.inject({ url: `/bulk/count?list=${list}`, headers: on.headers });
      expect(JSON.parse(body)).toEqual({ count: 10_000, isMore: true });
    }
    await on.close();
  });

  it.each([
    [{ ...ALL, action: 'nonsense' }],
    [{ ...ALL, action: 'replay' }],
    [{ ...ALL, list: 'elsewhere' }],
    [{ ...ALL, count: 'many' }],
    [[]],
  ])('is not done for a request that means nothing: %j', async (payload) => {
    const on = await dashboardWith();
    expect((await on.send(payload)).statusCode).toBe(400);
    expect(done).toEqual([]);
    await on.close();
  });

  it('needs the page’s token, a login, and a dashboard that is not read-only', async () => {
    const on = await dashboardWith();
    for (const url of ['/bulk', '/bulk/stop', '/dead-letters/actions']) {
      expect((await on.send(ALL, {}, url)).statusCode).toBe(403);
      expect((await on.send(ALL, { 'x-csrf-token': 'x' }, url)).statusCode).toBe(403);
      expect((await on.send(ALL, { cookie: '' }, url)).statusCode).toBe(401);
    }
    await on.close();
    const shy = await dashboardWith({ readOnly: true });
    for (const url of ['/bulk', '/bulk/stop', '/dead-letters/actions'])
      expect((await shy.send(ALL, undefined, url)).statusCode).toBe(403);
    expect((await shy.server.inject({ url: '/keys', headers: shy.headers })).body).not.toContain('data-bulk');
    expect(done).toEqual([]);
    await shy.close();
  });
});
