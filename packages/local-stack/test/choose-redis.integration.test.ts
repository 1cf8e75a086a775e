import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseRedis, isRedisForHere } from '../src/choose-redis.js';
import { startRedis } from '../src/redis-server.js';

const silent = () => {};

const folders: string[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A PATH with a single program, of this name, that prints this version. */
async function pathWith(name: string, version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'a path '));
  folders.push(folder);
  const path = join(folder, 'bin');
  await mkdir(path);
  await writeFile(join(path, name), `#!/bin/sh\necho 'Redis server v=${version} sha=0'\n`, { mode: 0o755 });
  return path;
}

describe('the chosen Redis', () => {
  it('is a current one, without root and without a Redis on the machine', async () => {
    // The environment is created before the PATH is emptied, as on a machine that has python3 but no Redis.
    await chooseRedis(silent, 'valkey-9');
    vi.stubEnv('PATH', join(tmpdir(), 'nothing'));
    expect((await chooseRedis(silent, undefined)).kind).toMatch(/^valkey-server 9\.\d+\.\d+ from PyPI$/);
  });

  it('is not one from the PATH that is too old for counting lost entries', async () => {
    vi.stubEnv('PATH', await pathWith('redis-server', '6.2.5'));
    expect((await chooseRedis(silent, undefined)).kind).toMatch(/^valkey-server 9/);
    vi.stubEnv('PATH', await pathWith('redis-server', '8.0.6'));
    expect((await chooseRedis(silent, undefined)).kind).toBe('redis-server 8.0.6 from PATH');
  });

  it('is that of redis-tools, even if several processes choose it for the first time at the same time', async () => {
    const path = await pathWith('redis-check-rdb', '7.2.4');
    vi.stubEnv('PATH', path);
    vi.stubEnv('XDG_CACHE_HOME', path);
    vi.stubEnv('LOCAL_STACK_REDIS', '');
    const chosen = await Promise.all(Array.from({ length: 20 }, async () => await chooseRedis(silent)));
    expect(new Set(chosen.map(({ kind }) => kind))).toEqual(
      new Set(['redis-server 7.2.4 from the package redis-tools']),
    );
  });

  it('is the one that LOCAL_STACK_REDIS names, and an unknown name is refused', async () => {
    vi.stubEnv('LOCAL_STACK_REDIS', 'valkey-9');
    expect((await chooseRedis(silent)).kind).toMatch(/^valkey-server 9/);
    vi.stubEnv('LOCAL_STACK_REDIS', 'redis-3');
    await expect(chooseRedis(silent)).rejects.toMatchObject({
      code: 'LOCAL_STACK_NO_REDIS',
      message: 'there is no server named redis-3: LOCAL_STACK_REDIS can be valkey-9 or redis-7.4 or redis-8',
    });
  });

  it.skipIf(!isRedisForHere('redis-7.4'))(
    'is, asked for by name, Redis 7.4 with its module, and comes back after a kill (needs Linux on x86-64)',
    async () => {
      const server = await startRedis({ program: 'redis-7.4' });
      const redis = new Redis(server.url, { retryStrategy: () => 100 });
      // The server is killed below.
      redis.on('error', () => {});
      try {
        await server.kill();
        await server.restart();
        await redis.call('JSON.SET', 'a', '$', '{"b":1}');
        expect(await redis.call('JSON.GET', 'a')).toBe('{"b":1}');
      } finally {
        redis.disconnect();
        await server.stop();
      }
    },
  );
});
