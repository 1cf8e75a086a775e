import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer, TcpProxy } from '@redis-to-mongo/local-stack';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import type { FaultResult } from './break-data.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import type { FaultKind, FaultStep } from './fault.js';
import { ask, type RedisPair } from './redis-pair.js';

type Work = (environment: ChaosEnvironment, step: FaultStep) => Promise<FaultResult>;
/** One server, and the way to it that the fleet takes. */
type Which = (environment: ChaosEnvironment) => ChaosEnvironment['mongo' | 'source'];

const source = (environment: ChaosEnvironment) => environment.source;
const queue = (environment: ChaosEnvironment) => environment.queue;
const mongo: Which = (environment) => environment.mongo;

/** A chunk is held back for this long, in ms. */
const SLOW_MS = 60;

const pass = (way: TcpProxy) => way.set('pass');
const hang = (way: TcpProxy) => way.set('hang');
const cut = onWay((way) => way.set('cut'), pass);
/** Packets are lost for a while; then the same connections continue. */
const swallows = onWay(hang, pass);
/** The far side is gone, and the near side only receives it much later. */
const halfOpen = onWay(hang, (way) => {
  way.set('cut');
  way.set('pass');
});
const slow = onWay(
  (way) => way.delay(SLOW_MS),
  (way) => way.delay(0),
  `${SLOW_MS} ms a chunk, `,
);

/** What is done to servers and to the ways to them. Each ends with the server up and its way open. */
export const SERVER_FAULTS: Partial<Record<FaultKind, Work>> = {
  'source killed': killed(source),
  'source restarted': restarted(source),
  'queue killed': killed(queue),
  'queue emptied': asked(queue, 'FLUSHALL'),
  'queue fails over': async ({ queue }) => {
    await queue.swap(false);
    return 'primary and replica have changed their roles, whatever the replica lacked';
  },
  'queue out of memory': async ({ queue: { server } }, { forMs }) => {
    await ask(server, ['CONFIG', 'SET', 'maxmemory', '1']);
    await sleep(forMs);
    await ask(server, ['CONFIG', 'SET', 'maxmemory', '0']);
    return `it refused writes for ${forMs} ms`;
  },
  'change feed overrun': async ({ source: { server } }) => await overrunFeed(server),
  'change feed killed': asked(source, 'CLIENT KILL TYPE pubsub'),
  'MongoDB killed': killed(mongo),
  'MongoDB restarted': restarted(mongo),
  'way to the source cut': cut(source),
  'way to the source swallows': swallows(source),
  'way to the source half-open': halfOpen(source),
  'way to the source slow': slow(source),
  'way to the queue cut': cut(queue),
  'way to the queue half-open': halfOpen(queue),
  'way to the queue slow': slow(queue),
  'way to MongoDB cut': cut(mongo),
  'way to MongoDB swallows': swallows(mongo),
  'way to MongoDB half-open': halfOpen(mongo),
  'way to MongoDB slow': slow(mongo),
};

/** What two faults must not do at the same time: start one server, or set one way. */
export function resourceOf(kind: FaultKind): string | undefined {
  if (kind === 'change feed overrun') return 'source';
  if (kind === 'fleet of another source comes') return 'MongoDB'; // it must find the fleet's mark there
  const [, what] = /(^source|to the source|^queue|to the queue|MongoDB)/.exec(kind) ?? [];
  if (what === undefined) return undefined;
  return kind.startsWith('way') ? `way ${what}` : what;
}

/** Sends one command to a server, past its way. */
function asked(which: (environment: ChaosEnvironment) => RedisPair, command: string): Work {
  return async (environment) =>
    await ask(which(environment).server, command.split(' ')).then(
      () => command,
      () => undefined, // it is down
    );
}

function killed(which: Which): Work {
  return async (environment, { forMs }) => {
    const { server } = which(environment);
    await server.kill();
    await sleep(forMs);
    await server.restart();
    return `back after ${forMs} ms`;
  };
}

function restarted(which: Which): Work {
  return async (environment) => {
    await which(environment).server.restart();
    return 'SIGTERM, and started again';
  };
}

/** @param begin what is done to a way. @param end ends it. */
function onWay(
  begin: (way: TcpProxy) => void,
  end: (way: TcpProxy) => void,
  how = '',
): (which: Which) => Work {
  return (which) =>
    async (environment, { forMs }) => {
      const { way } = which(environment);
      begin(way);
      await sleep(forMs);
      end(way);
      return `${how}for ${forMs} ms`;
    };
}

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
async function overrunFeed(server: RedisServer): Promise<string | undefined> {
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
