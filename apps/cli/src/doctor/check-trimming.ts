import type { Config } from '@redis-to-mongo/config';
import { keyBytes } from '@redis-to-mongo/pipeline';
import { isKeyRefused, redisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';
import { type Findings, SEE_ACL } from './finding.js';

/** Whether streams are trimmed, by TRIM_MODE or by a rule. */
export function trims({ sync, rules }: Config): boolean {
  return [sync.trim, ...rules.flatMap(({ trim }) => trim ?? [])].some(({ mode }) => mode !== 'off');
}

/** Checks whether a stream of the source can be trimmed. It tries with a bound below every entry, so nothing is trimmed. */
export async function checkTrimming(findings: Findings, redis: RedisClient, stream: string): Promise<void> {
  try {
    await redis.call('XTRIM', keyBytes(stream), 'MINID', '0-0');
  } catch (error) {
    const remedy = 'streams are not trimmed, although TRIM_MODE or a rule asks for it';
    if (isKeyRefused(error))
      findings.problem(
        'the user may read streams, but not write to them',
        `${remedy}: ~ in place of %R~, ${SEE_ACL}`,
      );
    // A command that the user may not run was reported with the others.
    else if (redisError(error).code === 'REDIS_READONLY')
      findings.problem('the source is a read-only replica', `${remedy}: name the master in REDIS_URL`);
  }
}
