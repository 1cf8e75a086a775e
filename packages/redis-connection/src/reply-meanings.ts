import type { ErrorClass } from '@redis-to-mongo/pipeline';
import type { RedisOptionNames } from './option-names.js';
import { refusalOf } from './refused.js';

export type Meaning = readonly [
  code: string,
  errorClass: ErrorClass,
  remedy: (names: RedisOptionNames) => string,
];

/**
 * What an error reply of Redis means, by its first word.
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const REPLIES: Readonly<Record<string, Meaning>> = {
  WRONGTYPE: ['KEY_TYPE_CHANGED', 'overtaken', () => 'the key holds another type now'],
  NOAUTH: ['REDIS_AUTH', 'configuration', ({ login }) => `it asks for a password: set ${login}`],
  WRONGPASS: [
    'REDIS_AUTH',
    'configuration',
    ({ login }) => `it refused the user name or password: check ${login}`,
  ],
  NOPERM: [
    'REDIS_PRIVILEGE',
    'configuration',
    () => 'the user lacks a privilege: see the ACL in docs/operations.md',
  ],
  NOPERM_KEY: [
    'REDIS_KEY_HIDDEN',
    'unknown',
    () =>
      'the user may not read this key (or, to trim it, not write to it): give it the key (see the ACL in docs/operations.md), or leave the key out by KEY_EXCLUDE',
  ],
  DENIED: [
    'REDIS_PROTECTED_MODE',
    'configuration',
    ({ login }) =>
      `it is in protected mode, and takes no connection from another host: give it a password (requirepass, and here ${login}), or set protected-mode no on it`,
  ],
  LOADING: ['REDIS_LOADING', 'transient', () => 'it is loading its data'],
  BUSY: ['REDIS_BUSY', 'transient', () => 'it is busy running a script'],
  MASTERDOWN: ['REDIS_UNAVAILABLE', 'transient', () => 'the replica has lost its master'],
  CLUSTERDOWN: ['REDIS_UNAVAILABLE', 'transient', () => 'the cluster is down'],
  MOVED: ['REDIS_UNAVAILABLE', 'transient', () => 'the cluster has moved the slot'],
  ASK: ['REDIS_UNAVAILABLE', 'transient', () => 'the cluster is moving the slot'],
  TRYAGAIN: ['REDIS_UNAVAILABLE', 'transient', () => 'the cluster is moving the slot'],
  READONLY: ['REDIS_READONLY', 'transient', () => 'the server is a read-only replica'],
  UNBLOCKED: ['REDIS_READONLY', 'transient', () => 'the server has become a read-only replica'],
  OOM: [
    'REDIS_OUT_OF_MEMORY',
    'configuration',
    () => 'it takes no writes, since its memory is full: raise its maxmemory, or make room',
  ],
  MISCONF: [
    'REDIS_CANNOT_SAVE',
    'configuration',
    () => 'it takes no writes, since it can not save its data: see its log; make room on its disk',
  ],
  NOREPLICAS: [
    'REDIS_NO_REPLICAS',
    'configuration',
    () => 'it takes no writes, since too few replicas follow it (min-replicas-to-write): bring them back',
  ],
};

/** Before Redis 7, a command that fails in a script is told of behind the script's name and line. */
const IN_SCRIPT = /^ERR Error running script .*: -([A-Z]+) /;

/** Replies that begin with ERR, as most do. */
const ERR_REPLIES: readonly (readonly [RegExp, Meaning])[] = [
  [
    /max number of clients/,
    ['REDIS_UNAVAILABLE', 'transient', () => 'it has as many clients as it may have: raise its maxclients'],
  ],
  [
    /cluster support disabled/,
    ['REDIS_TOPOLOGY', 'configuration', ({ address }) => `it is no cluster: check ${address}`],
  ],
  [
    /unknown command .?sentinel/i,
    ['REDIS_TOPOLOGY', 'configuration', ({ address }) => `there is no Sentinel: check ${address}`],
  ],
  [
    /wrong number of arguments for 'auth'/,
    [
      'REDIS_AUTH',
      'configuration',
      ({ login }) => `it knows no user names, being older than 6.0: check ${login}`,
    ],
  ],
];

/** What an error's message says, where it is an answer of Redis. */
export function meaningOf(message: string): Meaning | undefined {
  const word =
    refusalOf(message) ??
    (IN_SCRIPT.exec(message) ?? /^(?:.*Last error: )?([A-Z]+)\b/.exec(message))?.[1] ??
    '';
  if (word === 'ERR') return ERR_REPLIES.find(([words]) => words.test(message))?.[1];
  return Object.hasOwn(REPLIES, word) ? REPLIES[word] : undefined;
}
