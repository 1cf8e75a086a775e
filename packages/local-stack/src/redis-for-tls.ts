import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chooseRedis, isRedisForHere, type RedisName } from './choose-redis.js';
import type { RedisProgram } from './redis-program.js';

const exec = promisify(execFile);

/**
 * Which Redis to start where it must speak TLS: the one that is started anyhow, if it was built with that, else Redis 7.4.
 *
 * @returns options of startRedis; undefined where there is none
 * @throws LocalStackError as startRedis
 */
export async function redisForTls(): Promise<{ readonly program?: RedisName } | undefined> {
  if (await hasTls(await chooseRedis(() => {}))) return {};
  return isRedisForHere('redis-7.4') ? { program: 'redis-7.4' } : undefined;
}

/** Asks for TLS without a certificate: a server that has it complains of that, and ends. */
async function hasTls({ command, before = [], args = [] }: RedisProgram): Promise<boolean> {
  const words = [...before, ...args, '--port', '0', '--tls-port', '1', '--save', ''];
  const output = await exec(command, words, { timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''),
  );
  return output.includes('tls-cert-file');
}
