import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startLocalStack } from './local-stack.js';
import { messageOf } from './local-stack-error.js';

const help = `pnpm stack [--json] [--data-dir <directory>]

Starts a Redis and a MongoDB-compatible server on free ports, prints their addresses and runs until Ctrl-C.
  --json      print one line of JSON with the addresses and pids, everything else on standard error
  --data-dir  keep the data there; default: a temporary directory, removed at the end
LOCAL_STACK_REDIS names the Redis to start: valkey-9, redis-7.4 or redis-8; default: the first that is found.
LOCAL_STACK_REDIS_URL and LOCAL_STACK_MONGO_URI name running servers to use instead.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  const parentGone = untilParentIsGone();
  const stack = await startLocalStack({
    onProgress: (line) => console.error(line),
    dataDir: values['data-dir'],
  });
  const { redis, mongo } = stack;
  if (values.json) {
    const addresses = { redisUrl: redis.url, mongoUri: mongo.uri };
    const pids = { redisPid: redis.pid, mongoPid: mongo.pid };
    console.log(JSON.stringify({ ...addresses, ...pids, redis: redis.kind, mongo: mongo.kind }));
  } else {
    console.log(`${stack.describe()}\n\nREDIS_URL=${redis.url}\nMONGO_URI=${mongo.uri}\n\nCtrl-C ends both.`);
  }
  await Promise.race([untilSignal(), parentGone]);
  await stack.stop();
  // An open IPC channel would keep this process alive.
  if (process.connected) process.disconnect();
}

/** Resolves when the parent's channel closes. Without a parent, it never resolves. */
async function untilParentIsGone(): Promise<void> {
  if (process.connected) await once(process, 'disconnect');
  else await new Promise(() => {});
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP. A second signal ends the process immediately. */
async function untilSignal(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await new Promise<void>((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve());
  });
  for (const signal of signals) process.removeAllListeners(signal);
}

await main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
