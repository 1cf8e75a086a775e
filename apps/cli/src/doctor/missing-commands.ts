import { keyTypeEntry, type Words } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { redisError, refusalOf } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** A key that does not exist, so commands on it cost nothing. */
const KEY = 'redis-to-mongo:doctor';

const ALWAYS: readonly Words[] = [
  ['TYPE', KEY],
  ['EXISTS', KEY],
  ['SCAN', '0', 'COUNT', '1'],
];

/** The hash of a script that does not exist. */
const NO_SCRIPT = '0'.repeat(40);

/** Commands for reading many small values at once, for tailing and polling streams, and for expiry times. */
const HELPFUL: readonly Words[] = [
  ['XREAD', 'COUNT', '1', 'STREAMS', KEY, '0'],
  ['XREVRANGE', KEY, '+', '-', 'COUNT', '1'],
  ['PTTL', KEY],
  ['EVALSHA_RO', NO_SCRIPT, '0'],
  ['SCRIPT', 'LOAD', 'return 0'],
];

/** Commands that the trim script runs: see trimStream. MINID 0 removes nothing from any stream. */
const TRIMMING: readonly Words[] = [
  ['EVAL', 'return 0', '0'],
  ['XTRIM', KEY, 'MINID', '0'],
  ['XLEN', KEY],
  ['XREVRANGE', KEY, '+', '-', 'COUNT', '1'],
  ['XPENDING', KEY, 'none'],
  ['XINFO', 'GROUPS', KEY],
];

export interface MissingCommands {
  /** Commands for reading the chosen key types. */
  readonly needed: readonly string[];
  readonly helpful: readonly string[];
  readonly trimming: readonly string[];
}

/**
 * The commands that the ACL of the source denies to the fleet's user. Finds them by running each on a key that does not exist.
 * Commands that the server does not know are not included, such as JSON.GET without the module. Neither are commands that
 * the user may run, but not on this key: Redis checks the command first.
 * @throws SyncError as redisError, where the server does not answer.
 */
export async function missingCommands(
  redis: RedisClient,
  types: readonly KeyType[],
): Promise<MissingCommands> {
  const refused = async (calls: readonly Words[]) => {
    const names = await Promise.all(
      calls.map(async (call) => ((await isRefused(redis, call)) ? nameOf(call) : '')),
    );
    return names.filter((name) => name !== '');
  };
  return {
    needed: await refused([...ALWAYS, ...types.flatMap((type) => keyTypeEntry(type).needs(KEY))]),
    helpful: await refused(HELPFUL),
    trimming: await refused(TRIMMING),
  };
}

async function isRefused(redis: RedisClient, [name, ...args]: Words): Promise<boolean> {
  return await redis.call(name, ...args).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ReplyError') return refusalOf(error.message) === 'NOPERM';
      throw redisError(error);
    },
  );
}

function nameOf([name, first]: Words): string {
  return ['XINFO', 'SCRIPT'].includes(name) ? `${name} ${first}` : name;
}
