import { type ErrorClass, SyncError } from '@redis-to-mongo/pipeline';

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
};

/** Connection trouble, as Node and ioredis name it. */
const CONNECTION =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Connection is closed|max retries per request|Stream isn't writeable|Command timed out|Socket closed/i;

/** Turns whatever ioredis threw into a SyncError that tells what to do about it. Keys and values stay out of it. */
export function redisError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const word = /^([A-Z]+)\b/.exec(message)?.[1] ?? '';
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
