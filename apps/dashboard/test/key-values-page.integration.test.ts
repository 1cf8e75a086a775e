import { readKey, readKeySummaries } from '@redis-to-mongo/mongo-sink';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyValuesReader } from '../src/keys/key-values.js';
import { aDashboard, logIn, NO_DETAILS } from './a-dashboard.js';
import { BINARY, type ValuesUnderTest, valuesUnderTest } from './values-under-test.js';

let on: ValuesUnderTest;
const serve = async (showValues: boolean) => {
  const made = await aDashboard(on.space.redis.url, {
    showValues,
    keys: {
      ...NO_DETAILS,
      readKey: (key) => readKey(on.db, key),
      readSummaries: (keys) => readKeySummaries(on.db, keys),
      readPage: async () => ({ keys: [], first: undefined, last: undefined, isMore: false }),
      countKeys: async () => 0,
      nextRuns: async () => [],
      readValues: on.readValues,
    },
  });
  const headers = await logIn(made.server);
  const get = async (url: string) => await made.server.inject({ url, headers });
  return { ...made, get };
};

beforeAll(async () => {
  on = await valuesUnderTest();
  await on.redis.hset('card', 'pinField', 'hush1', 'raw', BINARY, '<b>', '&');
  await on.sync('card');
  await on.redis.hset('card', 'pinField', 'hush2');
});
afterAll(async () => await on.close());

test('both sides stand beside each other where values may be shown, and the view is logged without them', async () => {
  const shown = await serve(true);
  const page = await shown.get('/key?id=card');
  expect(page.body).toContain('hx-get="key/values?id=card"');
  expect(page.body).not.toContain('hush1');
  expect(shown.actions).toEqual([]);
  const { statusCode, body } = await shown.get('/key/values?id=card');
  expect(statusCode).toBe(200);
  expect(body).toContain('<code>hush2</code>');
  expect(body).toContain('<code>hush1</code>');
  expect(body).toContain('<td class="bad">differs</td>');
  expect(body).toContain('1 differs. The fleet may be about to sync it');
  expect(body).toContain('<code>//4AAQ==</code> base64');
  expect(body).toContain('<code>&lt;b&gt;</code>');
  expect(body).toContain('In the collection <code>hashes</code>');
  expect(shown.log()).toMatch(/the values of a key were viewed.*"key":"card"/);
  expect(shown.log()).not.toMatch(/hush1|hush2|pinField/);
  expect(shown.actions).toEqual([{ action: 'look', key: 'card', result: 'its values' }]);
  expect((await shown.get('/key/values?id=nobody')).statusCode).toBe(404);
  await shown.close();
});

test('without DASHBOARD_SHOW_VALUES nothing is shown or read, and the page says how to', async () => {
  const hidden = await serve(false);
  const page = await hidden.get('/key?id=card');
  expect(page.body).toContain('<code>DASHBOARD_SHOW_VALUES</code>');
  expect(page.body).not.toMatch(/key\/values|hush1|hush2|pinField/);
  const { statusCode, body } = await hidden.get('/key/values?id=card');
  expect(statusCode).toBe(403);
  expect(body).not.toMatch(/hush1|hush2/);
  expect(hidden.actions).toEqual([]);
  await hidden.close();
});

test('a server that does not answer in time is reported, and does not hold up the page', async () => {
  const state = await on.stateOf('card');
  await on.redis.client('PAUSE', 6_000, 'ALL');
  const answers = on.redis.ping();
  expect(await keyValuesReader(on.config, on)(state)).toEqual({
    excerpt: { code: 'SERVERS_TIMEOUT' },
    sample: { code: 'SERVERS_TIMEOUT' },
  });
  expect(await Promise.race([answers, 'no answer yet'])).toBe('no answer yet');
  await answers;
});
