import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type RedisServer } from '@redis-to-mongo/local-stack';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import { vi } from 'vitest';

export interface Sentinel {
  /** The address, in the form of REDIS_SENTINELS. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a Sentinel that watches a master under the name `mymaster`. */
export async function startSentinel(master: Pick<RedisServer, 'pid' | 'port'>): Promise<Sentinel> {
  const dir = await mkdtemp(join(tmpdir(), 'r2m-sentinel-'));
  const port = await freePort();
  const file = join(dir, 'sentinel.conf');
  const lines = [
    ...['bind 127.0.0.1', `port ${port}`, `dir ${dir}`],
    ...[
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds mymaster 2000',
    ],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  // Runs the master's own program, wherever it is.
  const program = await readlink(`/proc/${master.pid}/exe`).catch(() => 'redis-server');
  // The program acts by the name it is called by.
  const child = spawn(program, [file, '--sentinel'], { stdio: 'ignore', argv0: 'redis-server' });
  const ended = once(child, 'exit');
  const address = addressOfUrl(`redis://127.0.0.1:${port}`);
  const client = connectRedis(address, () => {}, { enableReadyCheck: false });
  await vi.waitFor(() => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'), { timeout: 20_000 });
  client.disconnect();
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
