import { randomUUID } from 'node:crypto';
import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { type RedisProgram, redisProgram } from './redis-program.js';

/** `redis-server` or `valkey-server` on the PATH. */
export async function redisFromPath(): Promise<RedisProgram | undefined> {
  const command = await findOnPath('redis-server', 'valkey-server');
  return command === undefined ? undefined : await redisProgram('from PATH', { command });
}

/**
 * Debian's redis-tools holds the server itself: redis-server is a link to its `redis-check-rdb`, and the name it is
 * called by decides what it does. So the tools are enough, and no system service comes with them.
 */
export async function redisFromTools(): Promise<RedisProgram | undefined> {
  const tool = await findOnPath('redis-check-rdb');
  if (tool === undefined) return undefined;
  const command = join(await cacheDir('bin'), 'redis-server');
  const present = await readlink(command).catch(() => undefined);
  if (present !== tool) await link(tool, command);
  return await redisProgram('from the package redis-tools', { command });
}

/** Made beside and renamed, so that another run never meets half of it. Several may be made at the same time. */
async function link(tool: string, command: string): Promise<void> {
  const own = `${command}.${randomUUID()}`;
  await symlink(tool, own);
  await rename(own, command).catch(async (error: unknown) => {
    await rm(own, { force: true });
    throw error;
  });
}

/** Debian's, installed by apt-get where that needs no password. */
export async function redisFromApt(onProgress: (line: string) => void): Promise<RedisProgram | undefined> {
  onProgress('redis: looking for the package redis-tools by apt-get');
  return (await aptInstall(['redis-tools'])) ? await redisFromTools() : undefined;
}
