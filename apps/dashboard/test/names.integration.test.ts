import type { AddressInfo } from 'node:net';
import { JobQueue } from '@redis-to-mongo/job-queue';
import {
  type FreshNamespace,
  freshNamespace,
  type RedisServer,
  startRedis,
} from '@redis-to-mongo/local-stack';
import {
  connectMongo,
  countKeys,
  type MongoHandle,
  prepareDatabase,
  readKey,
  readKeyPage,
  readKeySummaries,
} from '@redis-to-mongo/mongo-sink';
import { firstState, NO_TLS } from '@redis-to-mongo/pipeline';
import { testMongoUri } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AskedAction } from '../src/keys/key-action.js';
import { aDashboard, logIn, NO_DETAILS, queueAt } from './a-dashboard.js';

const NAMES = [
  'base64:',
  ' ',
  '   ',
  'a  b',
  'line\nbreak',
  '\u3164',
  '\u202eabc',
  'a&b=c#d?e/f',
  '<b>',
  '%2F',
  '😀'.repeat(700),
  `${'x'.repeat(65_536)}1`,
  `${'x'.repeat(65_536)}2`,
  '\u0001'.repeat(65_536),
];

let redis: RedisServer;
let space: FreshNamespace;
let mongo: MongoHandle;
let queue: JobQueue;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;
let origin: string;
let headers: Record<string, string>;
const asked: AskedAction[] = [];

beforeAll(async () => {
  redis = await startRedis();
  space = await freshNamespace({ mongoUri: testMongoUri() });
  mongo = connectMongo({ uri: space.mongoUri, dbName: space.mongoDbName, tls: NO_TLS }, 'test of names');
  const { db } = mongo;
  await prepareDatabase(db);
  const now = new Date();
  const documents = NAMES.map((key) => {
    const { key: _id, ...fields } = firstState(key, { stream: key, type: 'main' }, 'stream', now);
    return { _id, ...fields };
  });
  await db.collection<{ _id: string }>('keys').insertMany(documents);
  queue = new JobQueue(queueAt(redis.url), () => undefined);
  dashboard = await aDashboard(redis.url, {
    keys: {
      readKey: (key) => readKey(db, key),
      readSummaries: (keys) => readKeySummaries(db, keys),
      readPage: (query) => readKeyPage(db, query),
      countKeys: (query, most) => countKeys(db, query, most),
      nextRuns: (keys) => queue.schedulers.nextRuns(keys),
      ...NO_DETAILS,
      explain: async ({ key }) => ({
        choice: { isChosen: true, why: 'mirrored' },
        rule: {
          rule: null,
          collection: 'strings',
          nextCollection: null,
          intervalMs: 1,
          says: 'none',
          does: [],
        },
        stored: { collection: 'strings', id: key, form: 'inline', size: 1 },
      }),
    },
    runAction: async (action) => {
      asked.push(action);
      return ['Done.'];
    },
  });
  await dashboard.server.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(dashboard.server.server.address() as AddressInfo).port}`;
  const { cookie = '' } = await logIn(dashboard.server);
  headers = { cookie: cookie.replace('_8080=', `_${new URL(origin).port}=`) };
});
afterAll(async () => {
  await dashboard.close();
  await queue.close();
  await mongo.close();
  await space.close();
  await redis.stop();
});

const unescaped = (text: string) =>
  text.replace(
    /&(lt|gt|quot|amp|#39);/g,
    (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" })[String(name)] ?? '',
  );

test('every key of the list has a link that can be seen and leads to its page, whatever its name', async () => {
  const links = await vi.waitFor(
    async () => {
      const list = await (await fetch(`${origin}/keys`, { headers })).text();
      expect(list.length).toBeLessThan(100_000);
      const found = [...list.matchAll(/<a class="key" href="([^"]*)"><bdi>([^<]*)<\/bdi>/g)];
      expect(found).toHaveLength(NAMES.length);
      return found;
    },
    { timeout: 30_000, interval: 200 },
  );
  expect(new Set(links.map(([, , text]) => text)).size).toBe(NAMES.length);
  const found: string[] = [];
  for (const [, href = '', text = ''] of links) {
    expect(text).toMatch(/^[^\s\p{Zs}]/u);
    expect(href.length).toBeLessThan(2_100);
    const answer = await fetch(`${origin}/${unescaped(href)}`, { headers });
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain(`<dt>Document</dt><dd><code>${text}</code></dd>`);
    found.push(unescaped(/data-key="([^"]*)"/.exec(page)?.[1] ?? ''));
    const source = unescaped(/data-source="([^"]*)"/.exec(page)?.[1] ?? '');
    expect((await fetch(`${origin}/${source}`, { headers })).status).toBe(200);
  }
  expect(found.sort()).toEqual([...NAMES].sort());
});

test('a digest that is none of a key leads nowhere', async () => {
  expect((await fetch(`${origin}/key?digest=${'0'.repeat(64)}`, { headers })).status).toBe(404);
});

test('the buttons of a key with a long name reach it', async () => {
  const { server } = dashboard;
  const session = await logIn(server);
  const opened = await server.inject({
    url: `/key?${new URLSearchParams({ id: NAMES[1] ?? '' })}`,
    headers: session,
  });
  const token = /name="csrf-token" content="([\w-]+)"/.exec(opened.body)?.[1] ?? '';
  for (const key of NAMES.slice(-2)) {
    const answer = await server.inject({
      method: 'POST',
      url: '/keys/actions',
      headers: { ...session, 'x-csrf-token': token },
      payload: { action: 'sync', key },
    });
    expect(answer.json()).toEqual({ message: 'Done.' });
    expect(asked.at(-1)).toMatchObject({ keys: [key] });
  }
});
