import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chooseRedis, isRedisForHere, type RedisName } from './choose-redis.js';
import type { RedisProgram } from './redis-program.js';

const exec = promisify(execFile);

/**
 * Chooses a Redis that supports TLS: the default one if it was built with TLS, else Redis 7.4.
 *
 * @returns options of startRedis; undefined if there is none
 * @throws LocalStackError as startRedis
 */
export async function redisForTls(): Promise<{ readonly program?: RedisName } | undefined> {
  if (await hasTls(await chooseRedis(() => {}))) return {};
  return isRedisForHere('redis-7.4') ? { program: 'redis-7.4' } : undefined;
}

/**
 * Starts the server with TLS but no certificate: a server with TLS complains about the
 * missing certificate, and exits.
 */
async function hasTls({ command, before = [], args = [] }: RedisProgram): Promise<boolean> {
  const words = [...before, ...args, '--port', '0', '--tls-port', '1', '--save', ''];
  const output = await exec(command, words, { timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''),
  );
  return output.includes('tls-cert-file');
}
