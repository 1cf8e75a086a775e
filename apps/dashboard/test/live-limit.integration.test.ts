import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aDashboard, logIn } from './a-dashboard.js';

let redis: RedisServer;
let dashboard: Awaited<ReturnType<typeof aDashboard>>;
let port: number;
const agent = new Agent();

beforeAll(async () => {
  redis = await startRedis();
  dashboard = await aDashboard(redis.url);
  port = Number(new URL(await dashboard.server.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(async () => {
  await dashboard.close();
  await redis.stop();
});

/** Opens a stream of news, as a page does. */
async function open(headers: Record<string, string>): Promise<IncomingMessage> {
  const [answer] = await once(get({ host: '127.0.0.1', port, path: '/live', agent, headers }), 'response');
  answer.on('error', () => undefined).resume();
  return answer;
}

function counts(answers: readonly IncomingMessage[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { statusCode } of answers) found[String(statusCode)] = (found[String(statusCode)] ?? 0) + 1;
  return found;
}

test('of streams that are asked for at once 250 are let in, twenty of a session, and places become free', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 14 }, (_none, i) => logIn(dashboard.server, `10.0.0.${i}`)),
  );
  const [one = {}, ...others] = sessions;
  const own = await Promise.all(Array.from({ length: 200 }, () => open(one)));
  expect(counts(own)).toEqual({ 200: 20, 429: 180 });
  const rest = await Promise.all(
    others.flatMap((session) => Array.from({ length: 40 }, () => open(session))),
  );
  const { 200: letIn, 429: tooManyOfOne = 0, 503: tooMany = 0 } = counts(rest);
  expect([letIn, tooManyOfOne + tooMany]).toEqual([230, 290]);
  for (const answer of own) answer.destroy();
  // A place is free when the server has seen that its reader has gone.
  const last = others.at(-1) ?? {};
  await vi.waitFor(async () => expect((await open(last)).statusCode).toBe(200), {
    timeout: 10_000,
    interval: 100,
  });
  for (const answer of rest) answer.destroy();
  await vi.waitFor(
    async () => {
      const again = await Promise.all(Array.from({ length: 20 }, () => open(one)));
      const result = counts(again);
      for (const answer of again) answer.destroy();
      expect(result).toEqual({ 200: 20 });
    },
    { timeout: 10_000, interval: 200 },
  );
});
