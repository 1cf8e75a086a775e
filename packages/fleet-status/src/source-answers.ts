import { inTime } from '@redis-to-mongo/pipeline';
import {
  type connectRedis,
  isCommandRefused,
  knownMasters,
  lastTrouble,
  redisError,
} from '@redis-to-mongo/redis-connection';
import type { SourceAnswers } from './fleet-facts.js';

type Source = ReturnType<typeof connectRedis>;

/**
 * Time limit for each master of a cluster, in ms: less than that of the whole fact, because one that is silent must
 * not make the others unknown.
 */
const MASTER_WITHIN_MS = 5_000;

/**
 * Asks each master of a cluster, or the one server.
 * @throws SyncError as redisError if none answers.
 */
export async function sourceAnswers(source: Source): Promise<SourceAnswers> {
  const masters = await knownMasters(source);
  const late = () => lastTrouble(source) ?? new Error('Command timed out');
  const ask = async (master: (typeof masters)[number]) => {
    // A single server has the time of the whole fact: why it is silent may be known late.
    if (masters.length === 1) return await cutOffMs(master);
    await inTime(master.ping(), MASTER_WITHIN_MS, late);
    return 0;
  };
  const answers = await Promise.allSettled(masters.map(ask));
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  if (failures.length === masters.length) throw redisError(failures[0]);
  const silent = masters.filter((_, i) => answers[i]?.status === 'rejected');
  return {
    masters: masters.length,
    silent: silent.map(({ options: { host, port } }) => `${host}:${port}`),
    cutOffMs: Math.max(...answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 0))),
  };
}

/**
 * For how many ms the server, a replica, has had no link to its primary; 0 if it has one, is no replica, or the user
 * may not run INFO. Source: https://redis.io/docs/latest/commands/info/
 */
async function cutOffMs(server: Source): Promise<number> {
  const info = await server.info('replication').catch(async (error: unknown) => {
    if (!isCommandRefused(error)) throw error;
    return void (await server.ping());
  });
  return Math.max(0, 1_000 * Number(/^master_link_down_since_seconds:(\d+)/m.exec(info ?? '')?.[1] ?? 0));
}
