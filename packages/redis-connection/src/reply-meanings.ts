import type { ErrorClass } from '@redis-to-mongo/pipeline';
import type { RedisOptionNames } from './option-names.js';
import { refusalOf } from './refused.js';

export type Meaning = readonly [
  code: string,
  errorClass: ErrorClass,
  remedy: (names: RedisOptionNames) => string,
];

/**
 * The meaning of an error reply of Redis, by its first word.
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const REPLIES: Readonly<Record<string, Meaning>> = {
  WRONGTYPE: ['KEY_TYPE_CHANGED', 'overtaken', () => 'the key has another type now'],
  NOAUTH: ['REDIS_AUTH', 'configuration', ({ login }) => `it requires a password: set ${login}`],
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
  NOPERM_KEY: ['REDIS_KEY_HIDDEN', 'unknown', ({ noPermission }) => noPermission],
  DENIED: [
    'REDIS_PROTECTED_MODE',
    'configuration',
    ({ login }) =>
      `it is in protected mode, and refuses connections from other hosts: set a password (requirepass, and here ${login}), or turn protected-mode off`,
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
    () => 'it accepts no writes, because its memory is full: raise its maxmemory, or free memory',
  ],
  MISCONF: [
    'REDIS_CANNOT_SAVE',
    'configuration',
    () => 'it accepts no writes, because it cannot save its data: check its log, and free space on its disk',
  ],
  NOREPLICAS: [
    'REDIS_NO_REPLICAS',
    'configuration',
    () => 'it accepts no writes, because it has too few replicas (min-replicas-to-write): start them again',
  ],
};

/** ioredis grouped the commands of a pipeline by slots that have changed since. */
export const SLOTS_CHANGED = /^All keys in the pipeline should belong to/;

/** Before Redis 7, the error of a command in a script follows the script's name and line. */
const IN_SCRIPT = /^ERR Error running script .*: -([A-Z]+) /;

/** Replies that begin with ERR, as most do. */
const ERR_REPLIES: readonly (readonly [RegExp, Meaning])[] = [
  [
    /max number of clients/,
    ['REDIS_UNAVAILABLE', 'transient', () => 'it has reached its limit of clients: raise its maxclients'],
  ],
  [
    // A script used a key besides those that it declares.
    /attempted to access a non local key/i,
    ['REDIS_UNAVAILABLE', 'transient', () => 'the cluster is moving the slot'],
  ],
  [
    /cluster support disabled/,
    ['REDIS_TOPOLOGY', 'configuration', ({ address }) => `it is not a cluster: check ${address}`],
  ],
  [
    /unknown command .?sentinel/i,
    ['REDIS_TOPOLOGY', 'configuration', ({ address }) => `it is not a Sentinel: check ${address}`],
  ],
  [
    /wrong number of arguments for 'auth'/,
    [
      'REDIS_AUTH',
      'configuration',
      ({ login }) => `it is older than 6.0, and has no user names: check ${login}`,
    ],
  ],
];

/**
 * Matches `no permissions to run the 'xinfo|stream' command`. The name is Redis' own, never a user's text.
 */
const COMMAND = /permissions? to run the '([\w.|-]{1,40})' command/i;

/** The meaning of NOPERM. It names the command that the user may not run, if Redis names it. */
function privilegeOf(message: string): Meaning | undefined {
  const command = COMMAND.exec(message)?.[1]?.replace('|', ' ').toUpperCase();
  const remedy = `the user may not run ${command}: grant it; see the ACL in docs/operations.md`;
  return command === undefined ? REPLIES.NOPERM : ['REDIS_PRIVILEGE', 'configuration', () => remedy];
}

/** The meaning of an error's message, if it is an answer of Redis. */
export function meaningOf(message: string): Meaning | undefined {
  const word =
    (SLOTS_CHANGED.test(message) ? 'MOVED' : refusalOf(message)) ??
    (IN_SCRIPT.exec(message) ?? /^(?:.*Last error: (?:ReplyError: )?)?([A-Z]+)\b/.exec(message))?.[1] ??
    '';
  if (word === 'NOPERM') return privilegeOf(message);
  if (word === 'ERR') return ERR_REPLIES.find(([words]) => words.test(message))?.[1];
  return Object.hasOwn(REPLIES, word) ? REPLIES[word] : undefined;
}
