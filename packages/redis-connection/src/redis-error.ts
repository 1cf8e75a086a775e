import { type ErrorClass, SyncError } from '@redis-to-mongo/pipeline';
import { refusalOf } from './refused.js';

/**
 * What an error reply of Redis means, by its first word.
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const REPLIES: Readonly<Record<string, readonly [code: string, errorClass: ErrorClass, remedy: string]>> = {
  WRONGTYPE: ['KEY_TYPE_CHANGED', 'overtaken', 'the key holds another type now'],
  NOAUTH: ['REDIS_AUTH', 'configuration', 'Redis asks for a password: set REDIS_PASSWORD or REDIS_URL'],
  WRONGPASS: [
    'REDIS_AUTH',
    'configuration',
    'Redis refused the user name or password: check REDIS_USERNAME and REDIS_PASSWORD',
  ],
  NOPERM: [
    'REDIS_PRIVILEGE',
    'configuration',
    'the Redis user lacks a privilege: see the ACL in docs/operations.md',
  ],
  NOPERM_KEY: [
    'REDIS_KEY_HIDDEN',
    'unknown',
    'the user may not read this key: give it the key (see the ACL in docs/operations.md), or leave the key out by KEY_EXCLUDE',
  ],
  DENIED: [
    'REDIS_PRIVILEGE',
    'configuration',
    'Redis runs in protected mode: give it a password, or allow this host',
  ],
  LOADING: ['REDIS_LOADING', 'transient', 'Redis is loading its data'],
  BUSY: ['REDIS_BUSY', 'transient', 'Redis is busy running a script'],
  MASTERDOWN: ['REDIS_UNAVAILABLE', 'transient', 'the replica has lost its master'],
  CLUSTERDOWN: ['REDIS_UNAVAILABLE', 'transient', 'the cluster is down'],
  MOVED: ['REDIS_UNAVAILABLE', 'transient', 'the cluster has moved the slot'],
  ASK: ['REDIS_UNAVAILABLE', 'transient', 'the cluster is moving the slot'],
  TRYAGAIN: ['REDIS_UNAVAILABLE', 'transient', 'the cluster is moving the slot'],
  READONLY: ['REDIS_READONLY', 'transient', 'the server is a read-only replica'],
  UNBLOCKED: ['REDIS_READONLY', 'transient', 'the server has become a read-only replica'],
  OOM: [
    'REDIS_OUT_OF_MEMORY',
    'configuration',
    'it takes no writes, since its memory is full: raise its maxmemory, or make room',
  ],
  MISCONF: [
    'REDIS_CANNOT_SAVE',
    'configuration',
    'it takes no writes, since it can not save its data: see its log; make room on its disk',
  ],
  NOREPLICAS: [
    'REDIS_NO_REPLICAS',
    'configuration',
    'it takes no writes, since too few replicas follow it (min-replicas-to-write): bring them back',
  ],
};

/** Before Redis 7, a command that fails in a script is told of behind the script's name and line. */
const IN_SCRIPT = /^ERR Error running script .*: -([A-Z]+) /;

/** Connection trouble, as Node and ioredis name it. */
const CONNECTION =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Connection is closed|max retries per request|Stream isn't writeable|Command timed out|Socket closed/i;

/** Turns whatever ioredis threw into a SyncError that tells what to do about it. Keys and values stay out of it. */
export function redisError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const word = refusalOf(message) ?? IN_SCRIPT.exec(message)?.[1] ?? /^([A-Z]+)\b/.exec(message)?.[1] ?? '';
  const [reason] = word === 'EXECABORT' ? reasonsOf(error) : [];
  if (reason !== undefined) return redisError(reason);
  const known = REPLIES[word];
  if (known) {
    const [code, errorClass, remedy] = known;
    return new SyncError(code, errorClass, `Redis: ${remedy}`, { cause: error });
  }
  if (CONNECTION.test(`${message} ${errnoOf(error)}`))
    return new SyncError(
      'REDIS_UNAVAILABLE',
      'transient',
      'Redis does not answer: check that it runs and that REDIS_HOST, REDIS_PORT or REDIS_URL name it',
      {
        cause: error,
      },
    );
  // Redis quotes a command's arguments behind the first quote or colon: keys, perhaps values.
  const words = /^[^'`":]{0,80}/.exec(message)?.[0].trim();
  return new SyncError('REDIS_UNKNOWN', 'unknown', `Redis: ${words || 'an unknown error'}`);
}

function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** Why a transaction was given up, as ioredis tells it. */
function reasonsOf(error: unknown): readonly unknown[] {
  const reasons =
    typeof error === 'object' && error !== null && 'previousErrors' in error ? error.previousErrors : [];
  return Array.isArray(reasons) ? reasons : [];
}
