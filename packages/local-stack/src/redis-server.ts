import { join } from 'node:path';
import { Redis } from 'ioredis';
import { chooseRedis, type RedisName } from './choose-redis.js';
import { openDataDir } from './data-dir.js';
import { givenServer } from './given-server.js';
import { LocalStackError } from './local-stack-error.js';
import { type ManagedServer, startManagedServer } from './managed-server.js';
import { type Supervisor, supervised } from './supervisor.js';

export interface RedisOptions {
  /** The server to start; default: as chooseRedis. */
  readonly program?: RedisName;
  /** A running Redis to use instead of starting one. It is never stopped, killed or restarted. */
  readonly url?: string | undefined;
  /** A directory for the data, kept at stop; default: a temporary directory, removed at stop. */
  readonly dataDir?: string | undefined;
  /** How often the append-only file is synced to disk; default `everysec`. */
  readonly appendfsync?: 'always' | 'everysec' | 'no';
  /** Password of the default user; default none. */
  readonly password?: string;
  /** More arguments of redis-server. They override this package's. */
  readonly args?: readonly string[];
  /** Called with progress lines about what is chosen and installed. */
  readonly onProgress?: (line: string) => void;
}

export interface RedisServer extends ManagedServer {
  readonly url: string;
}

const deadlineMs = 60_000;

/**
 * Starts a Redis on a free port of 127.0.0.1: append-only file, no snapshots, `noeviction`.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS`, `LOCAL_STACK_NO_ANSWER`
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { url } = options;
  if (url === undefined) return await supervised((supervisor) => startUnder(supervisor, options));
  await answers(url, undefined);
  return { url, ...givenServer('Redis', url, 6379) };
}

async function startUnder(supervisor: Supervisor, options: RedisOptions): Promise<RedisServer> {
  const { password, onProgress = () => {} } = options;
  const program = await chooseRedis(onProgress, options.program);
  const dataDir = await openDataDir(options.dataDir, supervisor);
  const urlOf = (port: number) =>
    password === undefined
      ? `redis://127.0.0.1:${port}`
      : `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  const server = await startManagedServer(supervisor, {
    kind: program.kind,
    command: program.command,
    argsFor: (port) => [
      ...(program.before ?? []),
      ...(program.args ?? []),
      ...argsOf(port, dataDir, options),
      ...(options.args ?? []),
    ],
    dataDir,
    logFile: join(dataDir, 'redis-server.log'),
    answers: (port, pid) => answers(urlOf(port), pid),
    deadlineMs,
  });
  onProgress(`redis: ${program.kind} on 127.0.0.1:${server.port}`);
  return Object.assign(server, { url: urlOf(server.port) });
}

function argsOf(
  port: number,
  dataDir: string,
  { appendfsync = 'everysec', password }: RedisOptions,
): string[] {
  return [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dataDir, '--daemonize', 'no'],
    ...[
      '--appendonly',
      'yes',
      '--appendfsync',
      appendfsync,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ],
    ...(password === undefined ? [] : ['--requirepass', password]),
  ];
}

/** Rejects unless the Redis at this address answers; with `pid`, it must be that process. */
async function answers(url: string, pid: number | undefined): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    enableReadyCheck: false,
    protocol: 2,
    retryStrategy: () => null,
  });
  // The command rejects with the same error. Without a listener, ioredis would print it.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    const actual = /process_id:(\d+)/.exec(await client.info('server'))?.[1];
    if (pid !== undefined && actual !== String(pid)) {
      throw new LocalStackError(
        'LOCAL_STACK_NO_ANSWER',
        `another Redis (pid ${actual}) answers on this port`,
      );
    }
  } catch (error) {
    // A password set by `args` is unknown here. A server that asks for it does answer.
    if (!(error instanceof Error && /NOAUTH/.test(error.message))) throw error;
  } finally {
    client.disconnect();
  }
}
