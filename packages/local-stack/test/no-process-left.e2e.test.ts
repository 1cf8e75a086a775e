import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@redis-to-mongo/local-stack';
import { isAlive, parentOf } from '@redis-to-mongo/test-kit';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';

const command = fileURLToPath(new URL('../dist/stack-command.js', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly servers: readonly number[];
  readonly redisUrl: string;
}

// Concurrent, because each test mostly waits for servers to start and end.
describe.concurrent('the servers of a stack', () => {
  async function startStackProcess(onTestFinished: (end: () => void) => void): Promise<Running> {
    const env = { ...process.env, LOCAL_STACK_REDIS_URL: '', LOCAL_STACK_MONGO_URI: '' };
    const child = spawn(process.execPath, [command, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    if (child.stdout === null) throw new Error('the process was started without a pipe');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { redisPid, mongoPid, redisUrl } = JSON.parse(String(line));
    const servers = [Number(redisPid), Number(mongoPid)];
    expect(servers.map(isAlive)).toEqual([true, true]);
    return { child, servers, redisUrl: String(redisUrl) };
  }

  it('end when their process is killed with SIGKILL', async ({ onTestFinished }) => {
    const { child, servers } = await startStackProcess(onTestFinished);
    const supervisor = await parentOf(servers[0] ?? 0);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect([...servers, supervisor].map(isAlive)).toEqual([false, false, false]), {
      timeout: 20_000,
    });
  });

  it.for(['SIGTERM', 'SIGINT'] as const)(
    'end with their process at %s, which then exits with 0',
    async (signal, { onTestFinished }) => {
      const { child, servers } = await startStackProcess(onTestFinished);
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
      expect(servers.map(isAlive)).toEqual([false, false]);
    },
  );

  it('end when a second signal ends their process immediately', async ({ onTestFinished }) => {
    const { child, servers } = await startStackProcess(onTestFinished);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    await exit;
    await vi.waitFor(() => expect(servers.map(isAlive)).toEqual([false, false]), { timeout: 20_000 });
  });

  it('end when the parent of their process has ended', async ({ onTestFinished }) => {
    const { child, servers } = await startStackProcess(onTestFinished);
    const exit = once(child, 'exit');
    child.disconnect();
    expect((await exit)[0]).toBe(0);
    expect(servers.map(isAlive)).toEqual([false, false]);
  });

  it('end when their supervisor is killed with SIGKILL', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url, { retryStrategy: () => null });
    const [, dir] = await client.config('GET', 'dir');
    client.disconnect();
    const { pid } = redis;
    process.kill(await parentOf(pid ?? 0), 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 });
    await expect(redis.restart()).rejects.toMatchObject({ code: 'LOCAL_STACK_SUPERVISOR' });
    await redis.stop();
    await expect(stat(String(dir))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('end and leave no directory when their process is killed with SIGKILL', async ({ onTestFinished }) => {
    const { child, redisUrl } = await startStackProcess(onTestFinished);
    const client = new Redis(redisUrl, { retryStrategy: () => null });
    client.on('error', () => {});
    const [, dir] = await client.config('GET', 'dir');
    client.disconnect();
    expect((await stat(String(dir))).isDirectory()).toBe(true);
    child.kill('SIGKILL');
    const exists = () =>
      stat(String(dir)).then(
        () => true,
        () => false,
      );
    await vi.waitFor(async () => expect(await exists()).toBe(false), { timeout: 20_000 });
  });
});
