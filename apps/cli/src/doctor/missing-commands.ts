import { queueCalls, queueWrites } from '@redis-to-mongo/job-queue';
import { keyTypeEntry, type Words } from '@redis-to-mongo/key-types';
import type { KeyType } from '@redis-to-mongo/pipeline';
import { redisError, refusalOf, throwRedisError } from '@redis-to-mongo/redis-connection';
import type { RedisClient } from '../clients.js';

/** A key that does not exist, so commands on it cost nothing. */
const KEY = 'redis-to-mongo:doctor';

const ALWAYS: readonly Words[] = [
  ['TYPE', KEY],
  ['EXISTS', KEY],
  ['SCAN', '0', 'COUNT', '1'],
  ['WATCH', KEY],
  ['UNWATCH'],
];

/** The hash of a script that does not exist. */
const NO_SCRIPT = '0'.repeat(40);

/** Commands for reading many small values at once, for tailing and polling streams, expiry times, and sizes. */
const HELPFUL: readonly Words[] = [
  ['XREAD', 'COUNT', '1', 'STREAMS', KEY, '0'],
  ['XREVRANGE', KEY, '+', '-', 'COUNT', '1'],
  ['PTTL', KEY],
  ['PEXPIRETIME', KEY],
  ['MEMORY', 'USAGE', KEY],
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

/**
 * The commands that the ACL of the source denies to the fleet's user. Runs each command on a key that does not exist.
 * If the server does not know a command of a key type, such as JSON.GET without its module, that type has no keys and needs
 * no commands. Commands that the user may run, but not on this key, are not included: Redis checks the command first.
 * @param isTrimmed whether streams are trimmed. Unneeded commands are not tried, since Redis logs each refusal.
 * @throws SyncError as redisError, if the server does not answer.
 */
export async function missingCommands(redis: RedisClient, types: readonly KeyType[], isTrimmed: boolean) {
  const refused = async (calls: readonly Words[]) => refusedIn(await answersTo(redis, calls));
  const ofTypes = types.map(async (type) => {
    const answers = await answersTo(redis, keyTypeEntry(type).needs(KEY));
    return answers.some(({ answer }) => answer === 'unknown') ? [] : refusedIn(answers);
  });
  const [begin, end] = await pipelined(redis, EMPTY_TRANSACTION);
  const transaction = refusedIn([begin, end].flatMap((each) => each ?? []));
  const needed = [await refused(ALWAYS), transaction, ...(await Promise.all(ofTypes))];
  return {
    /** Commands for reading the chosen key types. */
    needed: [...new Set(needed.flat())],
    helpful: await refused(HELPFUL),
    trimming: isTrimmed ? await refused(TRIMMING) : [],
  };
}

/** The commands that the ACL of the queue's Redis denies to the fleet's user. @throws as missingCommands. */
export async function missingQueueCommands(
  redis: RedisClient,
  keysBeginWith: string,
): Promise<readonly string[]> {
  const key = `${keysBeginWith}doctor`;
  const [direct, queued] = await Promise.all([
    answersTo(redis, queueCalls(key)),
    queuedAnswers(redis, queueWrites(key)),
  ]);
  return refusedIn([...queued, ...direct]);
}

const MULTI: Words = ['MULTI'];
const DISCARD: Words = ['DISCARD'];
const EMPTY_TRANSACTION: readonly Words[] = [MULTI, ['EXEC']];

/**
 * Queues commands in a transaction, then discards them. Redis checks the privileges for each command when it is queued. If the
 * user may not run transactions, only that is reported.
 */
async function queuedAnswers(redis: RedisClient, calls: readonly Words[]) {
  // Tried empty first: commands that could not be discarded would run.
  const tried = await pipelined(redis, [...EMPTY_TRANSACTION, DISCARD]);
  if (tried.some(({ answer }) => answer === 'refused')) return tried;
  return (await pipelined(redis, [MULTI, ...calls, DISCARD])).slice(1, -1);
}

/** Sends commands in one pipeline. On a cluster, all of them go to the node of their keys. */
async function pipelined(redis: RedisClient, calls: readonly Words[]) {
  const pipeline = redis.pipeline();
  for (const [name, ...args] of calls) pipeline.call(name, ...args);
  const replies = (await pipeline.exec().catch(throwRedisError())) ?? [];
  return calls.map((call, i) => ({ call, answer: answerOf(replies[i]?.[0] ?? undefined) }));
}

async function answersTo(redis: RedisClient, calls: readonly Words[]) {
  return await Promise.all(calls.map(async (call) => ({ call, answer: await answerTo(redis, call) })));
}

type Answer = 'runs' | 'refused' | 'unknown';

function refusedIn(answers: readonly { readonly call: Words; readonly answer: Answer }[]): string[] {
  return answers.filter(({ answer }) => answer === 'refused').map(({ call }) => nameOf(call));
}

async function answerTo(redis: RedisClient, [name, ...args]: Words): Promise<Answer> {
  return await redis.call(name, ...args).then(() => 'runs', answerOf);
}

/** The text before Redis' reason for refusing EXEC itself. */
const OF_EXEC = /^EXECABORT Transaction discarded because of: /;

/** @throws SyncError as redisError, for an error that is not the server's reply. */
function answerOf(error: unknown): Answer {
  if (error === undefined) return 'runs';
  if (!(error instanceof Error && error.name === 'ReplyError')) throw redisError(error);
  if (/^ERR unknown command/i.test(error.message)) return 'unknown';
  return refusalOf(error.message.replace(OF_EXEC, '')) === 'NOPERM' ? 'refused' : 'runs';
}

function nameOf([name, first]: Words): string {
  return ['XINFO', 'SCRIPT', 'MEMORY'].includes(name) ? `${name} ${first}` : name;
}
