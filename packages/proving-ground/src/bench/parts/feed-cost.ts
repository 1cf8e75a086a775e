import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { ChangeFeed } from '@redis-to-mongo/redis-source';
import type { Redis } from 'ioredis';
import { openRedis } from '../../program/open-redis.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { WITH_FEED, WITHOUT_FEED } from '../bench-result.js';
import { figure } from '../report/figures.js';

const LISTENING_WITHIN_MS = 10_000;

/**
 * Measures what the change feed costs Redis: XADD at full speed over few and many keys, alternating without
 * and with a connection that receives each change. It uses a separate Redis that writes no file, so nothing
 * else adds to its CPU.
 */
export async function measureFeedCost(bench: BenchEnvironment): Promise<void> {
  const { keys: cases, writes } = bench.sizes.feedCost;
  const server = await startRedis({ args: ['--appendonly', 'no'] });
  const redis = openRedis(server.url);
  const writer = await RawWriter.open(server.port);
  try {
    for (const keys of cases)
      for (let repetition = 1; repetition <= bench.repetitions; repetition++) {
        bench.signal.throwIfAborted();
        await redis.flushall();
        await writer.write(Math.max(keys, writes / 10), keys); // creates the keys, and warms Redis up
        const measure = async () => ({
          entries: writes,
          ...(await costOf(redis, () => writer.write(writes, keys))),
        });
        const both = [
          { who: WITHOUT_FEED, cost: measure },
          { who: WITH_FEED, cost: () => withFeed(server, redis, measure) },
        ];
        // The order alternates, because the second of the two finds longer streams.
        for (const { who, cost } of repetition % 2 === 1 ? both : both.toReversed())
          await bench.measure({ load: figure(keys), who, repetition }, cost);
      }
  } finally {
    writer.close();
    redis.disconnect();
    await server.stop();
  }
}

async function costOf(redis: Redis, work: () => Promise<void>) {
  const from = await cpuOf(redis);
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  return { cpu: (await cpuOf(redis)) - from, seconds };
}

/** CPU seconds that Redis reports: finer than the operating system's steps of 10 ms. */
async function cpuOf(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  return [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].reduce(
    (sum, [, part]) => sum + Number(part),
    0,
  );
}

/**
 * Runs the work while the product's own change feed listens.
 * @throws ProvingError `PROVING_STALLED` if the feed cannot connect, `PROVING_APP_FAILED` if it is silent.
 */
async function withFeed<T>(server: RedisServer, redis: Redis, work: () => Promise<T>): Promise<T> {
  let reported = 0;
  const feed = new ChangeFeed({
    address: { host: '127.0.0.1', port: server.port, db: 0, tls: NO_TLS },
    redis,
    prefixes: [],
    onChange: (names) => {
      reported += names.length;
    },
    onMissed: () => {},
    onError: () => {},
  });
  try {
    const deadline = performance.now() + LISTENING_WITHIN_MS;
    while (feed.state.is !== 'listening') {
      if (performance.now() > deadline)
        throw new ProvingError('PROVING_STALLED', 'the feed of changes was not connected within 10 s');
      await sleep(10);
    }
    const result = await work();
    if (reported === 0) throw new ProvingError('PROVING_APP_FAILED', 'the feed reported no change');
    return result;
  } finally {
    await feed.close();
  }
}

/** Commands per pipeline, and pipelines in flight. */
const PIPELINED = 200;
const UNDER_WAY = 8;
const LINE_FEED = 0x0a;

/**
 * Sends XADD commands as fast as Redis accepts them, as raw bytes over its own
 * socket. It only counts replies.
 */
class RawWriter {
  private constructor(private readonly socket: Socket) {}

  static async open(port: number): Promise<RawWriter> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawWriter(socket);
  }

  /**
   * Adds `entries` entries to `keys` keys in turn. Resolves when Redis has answered all of them.
   * @throws Error if the connection closes.
   */
  async write(entries: number, keys: number): Promise<void> {
    const socket = this.socket;
    await new Promise<void>((resolve, reject) => {
      let sent = 0;
      let lines = 0;
      const send = () => {
        // The reply to XADD is a bulk string: two lines.
        while (sent < entries && sent - lines / 2 < PIPELINED * UNDER_WAY) {
          const count = Math.min(PIPELINED, entries - sent);
          socket.write(commands(sent, count, keys));
          sent += count;
        }
      };
      const onData = (chunk: Buffer) => {
        for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
        if (lines < 2 * entries) return send();
        socket.off('data', onData).off('close', onClose);
        resolve();
      };
      const onClose = () => reject(new Error('Redis has closed the connection'));
      socket.on('data', onData).once('close', onClose);
      send();
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

function commands(from: number, count: number, keys: number): string {
  let text = '';
  for (let n = from; n < from + count; n++) {
    const key = `feed-${n % keys}`;
    text += `*5\r\n$4\r\nXADD\r\n$${key.length}\r\n${key}\r\n$1\r\n*\r\n$1\r\nn\r\n$1\r\n1\r\n`;
  }
  return text;
}
