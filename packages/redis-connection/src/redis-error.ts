import {
  asSyncError,
  type ConnectionTrouble,
  connectionTrouble,
  membersOf,
  SyncError,
  unavailable,
  withCauses,
} from '@redis-to-mongo/pipeline';
import { NoAnswer, OF_A_CLUSTER } from './attach-causes.js';
import { originOf } from './error-origin.js';
import { OPTION_NAMES, type RedisOptionNames, type RedisRole } from './option-names.js';
import { meaningOf } from './reply-meanings.js';

/** Connection errors, by their names in ioredis. */
const CONNECTION =
  /Connection is closed|max retries per request|Stream isn't writeable|Command timed out|Socket closed|Failed to refresh slots cache|None of startup nodes is available|All sentinels are unreachable|Command aborted due to connection close/i;

/** A handler for the `catch` of an ioredis promise. @throws SyncError as redisError. */
export function throwRedisError(known?: RedisRole): (error: unknown) => never {
  return (error) => {
    throw redisError(error, known);
  };
}

/**
 * Turns an error of ioredis into a SyncError with a remedy and the options of the Redis at fault. It contains
 * no keys and no values.
 * @param known the role of the Redis, if its connection has not marked the error.
 */
export function redisError(error: unknown, known: RedisRole = 'source'): SyncError {
  if (error instanceof SyncError) return error;
  const role = originOf(error) ?? known;
  const message = error instanceof Error ? error.message : String(error);
  const messages = [...withCauses(error)].map((each) => each.message);
  const names = namesOf(OPTION_NAMES[role], messages.find((each) => TOPOLOGY.test(each)) ?? '');
  const [reason] = reasonsOf(error);
  if (reason !== undefined) return redisError(reason, role);
  for (const each of causes(error)) {
    if (each instanceof SyncError) return each;
    const meaning = meaningOf(each.message);
    if (meaning) {
      const [code, errorClass, remedy] = meaning;
      return new SyncError(code, errorClass, `${names.server}: ${remedy(names)}`, { cause: error });
    }
    const trouble = each instanceof NoAnswer ? unanswered(each, names) : connectionTrouble(each, names);
    if (trouble) return new SyncError(trouble.code, trouble.errorClass, trouble.message, { cause: error });
  }
  if (CONNECTION.test(message)) {
    const trouble = unavailable(names);
    return new SyncError(trouble.code, trouble.errorClass, trouble.message, { cause: error });
  }
  // After the first quote or colon, Redis quotes arguments of the command: keys, perhaps values.
  const words = /^[^'`":]{0,80}/.exec(message)?.[0].trim();
  const what = words ? `unknown error (${words})` : 'unknown error';
  return new SyncError('REDIS_UNKNOWN', 'unknown', `${names.server}: ${what}: check the log, and report it`);
}

/**
 * Turns an error of any server into a SyncError. An error of a Redis is converted as by redisError; any other
 * error becomes a SyncError by asSyncError.
 */
export function serverError(error: unknown): SyncError {
  const known = redisError(error);
  return known.code === 'REDIS_UNKNOWN' && originOf(error) === undefined ? asSyncError(error) : known;
}

const TOPOLOGY = new RegExp(`^(All sentinels|Failed to refresh slots|None of startup nodes|${OF_A_CLUSTER})`);

/** Sentinels and the nodes of a cluster have their own options. */
function namesOf(names: RedisOptionNames, message: string): RedisOptionNames {
  if (message.startsWith('All sentinels'))
    return { ...names, server: `the Sentinels of ${names.server}`, address: names.sentinels };
  if (message !== '') return { ...names, address: names.clusterNodes };
  return names;
}

/**
 * An error and its causes. The error of an unreachable cluster also holds the error of the last node that was
 * tried.
 */
function* causes(error: unknown): Generator<Error> {
  for (const each of withCauses(error)) {
    yield each;
    if ('lastNodeError' in each) yield* withCauses(each.lastNodeError);
  }
}

function unanswered({ how, isTls }: NoAnswer, names: RedisOptionNames): ConnectionTrouble {
  const { server, tls, certFile, address } = names;
  const what =
    how === 'closed'
      ? 'closes each connection without an answer'
      : 'accepts connections, but does not answer';
  const why = isTls
    ? `it may not speak TLS there (${tls}), or require a client certificate (${certFile})`
    : `it may require TLS (${tls})`;
  return {
    ...unavailable(names),
    message: `${server} ${what}: ${why}; or it does not respond, or ${address} names another server`,
  };
}

/** Why EXEC failed, as ioredis reports it: the errors of MULTI and of the commands before EXEC. */
function reasonsOf(error: unknown): readonly unknown[] {
  const reasons = membersOf(error).previousErrors;
  return Array.isArray(reasons) ? reasons : [];
}
