import { queueKeysBeginWith } from '@redis-to-mongo/job-queue';
import { redisError } from '@redis-to-mongo/redis-connection';
import { counted } from '@redis-to-mongo/terminal';
import type { Clients, RedisClient } from '../clients.js';
import { unreadable } from './check-source.js';
import { checkClock, type Findings, NO_INFO, SEE_ACL } from './finding.js';
import { missingQueueCommands } from './missing-commands.js';
import { readServerInfo } from './server-info.js';

/** Checks the queue's Redis, and the processes that work on the queue. */
export async function checkQueue(findings: Findings, clients: Clients): Promise<void> {
  const config = await clients.config();
  const redis = await clients.connect(config.queue.redis, 'queue');
  const info = await readServerInfo(redis, 'queue').catch((error: unknown) => unreadable(findings, error));
  if (!info) return;
  if (info.version === undefined) findings.advise(NO_INFO, SEE_ACL);
  else if (info.number < 602) findings.problem(`version ${info.version}`, 'use version 6.2 or newer');
  else findings.ok(`version ${info.version}`);
  if (info.field('role') === 'slave')
    findings.problem('it is a read-only replica', 'name the master in QUEUE_REDIS_URL');
  const policy = info.field('maxmemory_policy');
  if (policy && policy !== 'noeviction') {
    const remedy =
      'run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf: eviction removes jobs';
    if (info.field('maxmemory') === '0')
      findings.advise(`maxmemory-policy ${policy}, without a maxmemory`, remedy);
    else findings.problem(`maxmemory-policy ${policy}`, remedy);
  } else if (policy) findings.ok('maxmemory-policy noeviction');
  if (info.field('aof_enabled') === '0')
    findings.advise(
      'appendonly is off',
      'after a crash the scheduler creates all jobs again: CONFIG SET appendonly yes avoids that; no data depends on it',
    );
  if (info.clockAheadMs !== undefined) checkClock(findings, info.clockAheadMs);
  await checkCommands(findings, redis, queueKeysBeginWith(config.queue));
  await checkWork(findings, clients);
}

async function checkCommands(findings: Findings, redis: RedisClient, keysBeginWith: string): Promise<void> {
  const missing = await missingQueueCommands(redis, keysBeginWith).catch((error: unknown) =>
    unreadable(findings, redisError(error, 'queue')),
  );
  if (missing && missing.length > 0)
    findings.problem(`the user may not run ${missing.join(', ')} on the queue’s keys`, SEE_ACL);
}

async function checkWork(findings: Findings, clients: Clients): Promise<void> {
  try {
    const queue = await clients.queue();
    const stopped = await queue.schedulers.stopped(1_000);
    if (stopped.length > 0)
      findings.problem(
        `the repeatable jobs of ${counted(stopped.length, 'key')} have stopped`,
        'the active scheduler starts them again: check that one is running',
      );
  } catch (error) {
    unreadable(findings, redisError(error, 'queue'));
  }
}
