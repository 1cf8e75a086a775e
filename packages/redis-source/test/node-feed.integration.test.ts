import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { connectPush } from '@redis-to-mongo/redis-connection';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NodeFeed } from '../src/feed/node-feed.js';

const until = { timeout: 30_000, interval: 10 };
const ASK_AGAIN_MS = 500;

let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

describe('the feed of a server that refused, and was lost meanwhile', () => {
  it('asks once at a time, and listens undisturbed once it may', async () => {
    await admin.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking');
    const reported: string[] = [];
    const address = {
      ...{ host: '127.0.0.1', port: server.port, db: 0, username: 'blind', password: 'pw' },
      tls: NO_TLS,
    };
    const redis = connectPush(address, () => {});
    const feed = new NodeFeed({
      redis,
      prefixes: [Buffer.from('orders:')],
      onChange: (names) => void reported.push(...names.map(String)),
      onListening: () => void reported.push('listening'),
      onFlush: () => {},
      onLost: () => void reported.push('lost'),
      onRefused: () => void reported.push('refused'),
      onError: (error) => void reported.push(String(error)),
      askAgainMs: ASK_AGAIN_MS,
    });
    try {
      for (let times = 1; times <= 3; times++) {
        await vi.waitFor(() => expect(reported).toHaveLength(times), until);
        if (times < 3) redis.disconnect(true);
      }
      expect(reported).toEqual(['refused', 'refused', 'refused']);
      await admin.call('ACL', 'SETUSER', 'blind', '+client|tracking');
      await vi.waitFor(() => expect(reported.slice(3)).toEqual(['listening']), until);
      await sleep(2 * ASK_AGAIN_MS); // all that may wait to ask again has done so
      await admin.set('orders:1', 'x');
      await vi.waitFor(() => expect(reported.slice(3)).toEqual(['listening', 'orders:1']), until);
    } finally {
      await feed.close();
    }
  });
});
