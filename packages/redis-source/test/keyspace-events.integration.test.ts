import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@redis-to-mongo/local-stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { KeyspaceEvents } from '../src/watch/keyspace-events.js';

let server: RedisServer;
let redis: Redis;
let way: TcpProxy;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  way = await startTcpProxy(server.port);
  await redis.config('SET', 'notify-keyspace-events', 'EA');
});
afterAll(async () => {
  redis.disconnect();
  await way.close();
  await server.stop();
});

/** Listens, on a connection that the test may cut. */
function listen(hints: string[]) {
  const subscriber = new Redis(way.port, '127.0.0.1', {
    maxRetriesPerRequest: null,
    retryStrategy: () => 10,
  });
  subscriber.on('error', () => {});
  const events = new KeyspaceEvents({
    connect: () => subscriber,
    redis,
    db: 0,
    types: ['set'],
    onHint: (key) => hints.push(key),
    onBegin: () => {},
  });
  events.begin();
  return { events, subscriber };
}

async function untilListening(events: KeyspaceEvents): Promise<void> {
  await vi.waitFor(() => expect(events.tellsOf('set')).toBe(true));
}

it('hints go on after the connection was lost', async () => {
  const hints: string[] = [];
  const { events, subscriber } = listen(hints);
  await untilListening(events);
  const lost = once(subscriber, 'close');
  await redis.client('KILL', 'TYPE', 'PUBSUB');
  await lost;
  await untilListening(events);
  await redis.sadd('tags', 'a');
  await vi.waitFor(() => expect(hints).toContain('tags'));
  events.close();
});

it('may be closed in the very moment in which the connection is back: nothing is left unhandled', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  try {
    const { events, subscriber } = listen([]);
    await untilListening(events);
    const ended = once(subscriber, 'end');
    subscriber.once('ready', () => {
      // What it has asked for just now is never answered.
      way.set('hang');
      events.close();
      way.set('cut');
    });
    await redis.client('KILL', 'TYPE', 'PUBSUB');
    await ended;
    await setImmediate();
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
});
