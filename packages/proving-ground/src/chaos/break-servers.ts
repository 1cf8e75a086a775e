import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer, TcpProxy } from '@redis-to-mongo/local-stack';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import { type Fault, type FaultResult, instant, lasting } from './fault.js';
import { mongoFates } from './mongo-answers/mongo-fates.js';
import { ask, type RedisPair } from './redis-pair.js';

export interface ServersToBreak {
  readonly environment: ChaosEnvironment;
  /** Runs work that removes data from the queue. */
  readonly loseQueue: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Selects a server, with the proxy that the fleet uses to reach it. */
type Which = (environment: ChaosEnvironment) => ChaosEnvironment['mongo' | 'source'];

const source = (environment: ChaosEnvironment) => environment.source;
const queue = (environment: ChaosEnvironment) => environment.queue;
const mongo: Which = (environment) => environment.mongo;

/** Delay of each chunk, in ms. */
const SLOW_MS = 60;

const pass = (way: TcpProxy) => way.set('pass');
const hang = (way: TcpProxy) => way.set('hang');
const cut = onWay([100, 2_500], (way) => way.set('cut'), pass);
/** Data is held back for a while. Then the same connections continue. */
const swallows = onWay([1_000, 5_000], hang, pass);
/** The server's side is gone, and the client's side learns it only much later. */
const halfOpen = onWay([1_000, 4_000], hang, (way) => {
  way.set('cut');
  way.set('pass');
});
const slow = onWay(
  [1_000, 4_000],
  (way) => way.delay(SLOW_MS),
  (way) => way.delay(0),
  `${SLOW_MS} ms a chunk, `,
);

/** Faults in servers and in the proxies to them. After each, the server is up and its proxy passes data. */
export const SERVER_FAULTS = {
  'source killed': killed(source),
  'source restarted': restarted(source),
  'queue killed': killed(queue),
  'queue emptied': instant(({ environment, loseQueue }) =>
    loseQueue(() => asked(environment.queue, 'FLUSHALL')),
  ),
  'queue fails over': instant(async ({ environment: { queue } }) => {
    await queue.swap(false);
    return 'primary and replica swapped roles, even if the replica lagged behind';
  }),
  'queue out of memory': lasting(1_000, 5_000, async ({ environment: { queue } }, { forMs }) => {
    const { server } = queue;
    await ask(server, ['CONFIG', 'SET', 'maxmemory', '1']);
    await sleep(forMs);
    await ask(server, ['CONFIG', 'SET', 'maxmemory', '0']);
    return `it refused writes for ${forMs} ms`;
  }),
  'change feed overrun': instant(async ({ environment }) => await overrunFeed(environment.source.server)),
  'change feed killed': instant(({ environment }) => asked(environment.source, 'CLIENT KILL TYPE pubsub')),
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
  'MongoDB answers with errors': lasting(2_000, 6_000, async ({ environment }, { pick, forMs }) => {
    const { answers } = environment.mongo;
    const before = answers.met;
    answers.choose(mongoFates(pick));
    await sleep(forMs);
    answers.choose();
    return `${answers.met - before} commands in ${forMs} ms did not pass`;
  }),
} satisfies Record<string, Fault<ServersToBreak>>;

/** The resource that two faults must not use at the same time: a server that restarts, or a proxy. */
export function resourceOf(kind: string): string | undefined {
  if (kind === 'change feed overrun') return 'source';
  if (kind === 'fleet of another source comes') return 'MongoDB'; // the guest needs the mark there
  const [, what] = /(^source|to the source|^queue|to the queue|MongoDB)/.exec(kind) ?? [];
  if (what === undefined) return undefined;
  return kind.startsWith('way') ? `way ${what}` : what;
}

/** Sends one command directly to a server, not through its proxy. */
async function asked({ server }: RedisPair, command: string): Promise<FaultResult> {
  return await ask(server, command.split(' ')).then(
    () => command,
    () => undefined, // it is down
  );
}

function killed(which: Which): Fault<ServersToBreak> {
  return lasting(0, 2_000, async ({ environment }, { forMs }) => {
    const { server } = which(environment);
    await server.kill();
    await sleep(forMs);
    await server.restart();
    return `back after ${forMs} ms`;
  });
}

function restarted(which: Which): Fault<ServersToBreak> {
  return instant(async ({ environment }) => {
    await which(environment).server.restart();
    return 'SIGTERM, and started again';
  });
}

/** @param begin starts the fault of a proxy. @param end ends it. */
function onWay(
  lasts: readonly [least: number, most: number],
  begin: (way: TcpProxy) => void,
  end: (way: TcpProxy) => void,
  how = '',
): (which: Which) => Fault<ServersToBreak> {
  return (which) =>
    lasting(...lasts, async ({ environment }, { forMs }) => {
      const { way } = which(environment);
      begin(way);
      await sleep(forMs);
      end(way);
      return `${how}for ${forMs} ms`;
    });
}

const LIMIT = 'client-output-buffer-limit';
/** The default of Redis, and a limit that one message of the feed exceeds. */
const USUAL = 'pubsub 33554432 8388608 60';
const TIGHT = 'pubsub 1024 0 0';
/**
 * Keys that one transaction creates and deletes. The feed reports them in one message: about 100 KB of names.
 */
const KEYS = 500;
const NAME = 'x'.repeat(200);

/**
 * Makes a message of the change feed exceed the limit of Redis for a subscriber's unread output. Redis closes
 * the connection, and the feed loses that message.
 * @returns a description, or `undefined` if no connection was closed or the server is down.
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
    return closed > 0 ? `Redis closed ${closed} subscribers that had too much unread output` : undefined;
  } catch {
    return undefined; // it is down
  }
}

/** The ids of the subscribers' connections. A subscriber that reconnects has a new one. */
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
