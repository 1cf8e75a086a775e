import type { RedisServer } from '@redis-to-mongo/local-stack';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import { ask } from './redis-pair.js';

const LIMIT = 'client-output-buffer-limit';
/** What Redis has by default, and a bound that one message of the feed exceeds. */
const USUAL = 'pubsub 33554432 8388608 60';
const TIGHT = 'pubsub 1024 0 0';
/** Keys made and removed in one transaction, which the feed reports in one message: some 100 KB of names. */
const KEYS = 500;
const NAME = 'x'.repeat(200);

/**
 * Has the change feed's message exceed the bound of Redis for what a subscriber has not read: Redis closes the connection, and what it
 * would have reported is lost.
 * @returns what was done, or undefined where no connection was closed, or the server is down.
 */
export async function overrunFeed(server: RedisServer): Promise<string | undefined> {
  try {
    const before = await subscribersOf(server);
    await ask(server, ['CONFIG', 'SET', LIMIT, TIGHT]);
    try {
      await touchMany(server);
    } finally {
      await ask(server, ['CONFIG', 'SET', LIMIT, USUAL]);
    }
    const left = new Set(await subscribersOf(server));
    const closed = before.filter((id) => !left.has(id)).length;
    return closed > 0 ? `Redis closed ${closed} connections that had too much to read` : undefined;
  } catch {
    return undefined; // it is down
  }
}

/** By their ids: anyone who comes back has another one. */
async function subscribersOf(server: RedisServer): Promise<string[]> {
  const list = String(await ask(server, ['CLIENT', 'LIST', 'TYPE', 'pubsub']));
  return [...list.matchAll(/^id=(\d+)/gm)].map(([, id = '']) => id);
}

async function touchMany(server: RedisServer): Promise<void> {
  const redis = openRedis(server.url, ONE_TRY);
  try {
    const commands = redis.multi();
    for (let i = 0; i < KEYS; i++) commands.set(`overrun:${NAME}:${i}`, '').del(`overrun:${NAME}:${i}`);
    await commands.exec();
  } finally {
    redis.disconnect();
  }
}
