import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOfUrl, connectRedis, redisError } from '../src/index.js';

type Redis = ReturnType<typeof connectRedis>;

let redis: RedisServer;
let closing: Server;

beforeAll(async () => {
  redis = await startRedis();
  closing = createServer((socket: Socket) => socket.end());
  closing.listen(0, '127.0.0.1');
  await once(closing, 'listening');
});
afterAll(async () => {
  await redis.stop();
  closing.close();
});

/** The message of the error of a command that fails, if the code that catches it does not know its Redis. */
async function messageOf(
  url: string,
  prepare: (client: Redis) => unknown = () => {},
  purpose: 'queue' | 'to' = 'queue',
): Promise<string> {
  const client = connectRedis(addressOfUrl(url), () => {}, {
    purpose,
    commandTimeout: 500,
    maxRetriesPerRequest: 1,
  });
  try {
    await prepare(client);
    await client.get('key');
    return 'no error';
  } catch (error) {
    return redisError(error).message;
  } finally {
    client.disconnect();
  }
}

describe('a command that fails names the Redis and the options of its connection,', () => {
  it('if the user may not use its keys', async () => {
    const limited = redis.url.replace('redis://', 'redis://limited:pw@');
    await messageOf(redis.url, (client) =>
      client.call('ACL', ['SETUSER', 'limited', 'on', '>pw', '~other', '+@all']),
    );
    expect(await messageOf(limited)).toMatch(/^the queue’s Redis: .*QUEUE_PREFIX$/);
    expect(await messageOf(limited, undefined, 'to')).toMatch(
      /^the Redis of --to: .*redis-to-mongo:restore:/,
    );
  });

  it('if the server does not answer in time', async () => {
    const message = await messageOf(redis.url, (client) => client.call('CLIENT', ['PAUSE', '1500', 'ALL']));
    expect(message).toMatch(/^the queue’s Redis does not answer: .* QUEUE_REDIS_URL/);
  });

  it('if the server closes each connection', async () => {
    const { port } = closing.address() as AddressInfo;
    expect(await messageOf(`redis://127.0.0.1:${port}`)).toMatch(/^the queue’s Redis .*QUEUE_REDIS/);
  });

  it('if the connection has ended', async () => {
    const message = await messageOf(redis.url, (client) => client.disconnect());
    expect(message).toMatch(/^the queue’s Redis does not answer: .* QUEUE_REDIS_URL/);
  });
});
