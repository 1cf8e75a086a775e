import { keyTypeOf } from '@redis-to-mongo/key-types';
import { isTooLongKeyId, type KeyType, keyIdOf, keyName, NAME_TOO_LONG } from '@redis-to-mongo/pipeline';
import {
  isCluster,
  isKeyRefused,
  knownMasters,
  pipelined,
  redisError,
  sameServer,
  slotsAtRest,
  throwRedisError,
} from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { KeysScript } from './values/keys-script.js';

/**
 * A key that SCAN returned, with its type; `unknown` is the server's name for a type that the fleet does not
 * mirror.
 */
export interface FoundKey {
  readonly key: string;
  readonly type: KeyType | { readonly unknown: string };
}

/** Returns the types of all keys, separated by spaces. */
const TYPES = `local types = {}
for i, key in ipairs(KEYS) do types[i] = redis.call('TYPE', key).ok end
return table.concat(types, ' ')`;

/**
 * The script of each connection. It remembers which commands the server knows, for as long as the connection
 * exists.
 */
const SCRIPTS = new WeakMap<Redis, KeysScript>();

/** Approximate number of keys per SCAN call; it bounds how long one call keeps the server busy. */
const STEP = 1000;

/**
 * Goes through all keys by SCAN, page by page, with their types. A key may be returned twice. A key that is
 * created or deleted meanwhile may be missed: SCAN guarantees only keys that exist from start to end.
 * Source: https://redis.io/docs/latest/commands/scan/
 * @param wanted selects the keys; the types of other keys are not asked.
 * @param onSecondScan called before all keys come once more, because slots of a cluster moved: counts of
 * keys begin again.
 * @throws SyncError as redisError; at the end as sameServer, if some of the keys may come from another
 * server.
 */
export async function* scanKeys(
  redis: Redis,
  wanted: (keyId: string) => boolean,
  onSecondScan?: () => void,
): AsyncGenerator<readonly FoundKey[]> {
  for await (const names of scanPages(redis, onSecondScan)) yield await withTypes(redis, names, wanted);
}

/**
 * Like scanKeys, without the types.
 * @throws SyncError as redisError.
 */
export async function* scanNames(
  redis: Redis,
  wanted: (keyId: string) => boolean,
): AsyncGenerator<readonly string[]> {
  for await (const names of scanPages(redis)) yield names.map(keyIdOf).filter(wanted);
}

/**
 * Scans a cluster twice if slots moved meanwhile. A key that moves during the first scan, to a node that was
 * already scanned, is found by the second scan. A key that moves during the second scan was found by the
 * first.
 */
async function* scanPages(redis: Redis, onSecondScan?: () => void): AsyncGenerator<readonly Buffer[]> {
  const confirm = sameServer(redis);
  const slots = await slotsAtRest(redis);
  yield* scanOnce(redis);
  if (slots === undefined || slots !== (await slotsAtRest(redis))) {
    onSecondScan?.();
    yield* scanOnce(redis);
  }
  await confirm();
}

async function* scanOnce(redis: Redis): AsyncGenerator<readonly Buffer[]> {
  for (const node of await knownMasters(redis)) {
    let cursor = '0';
    do {
      const [next, names] = await node.scanBuffer(cursor, 'COUNT', STEP).catch(throwRedisError());
      cursor = String(next);
      yield names;
    } while (cursor !== '0');
  }
}

async function withTypes(
  redis: Redis,
  names: readonly Buffer[],
  wanted: (keyId: string) => boolean,
): Promise<readonly FoundKey[]> {
  const keys = names.map(keyIdOf).filter(wanted);
  const types = await typesOf(redis, keys);
  return keys.flatMap((key, i) => {
    const type = types[i];
    return type === undefined ? [] : [{ key, type }];
  });
}

/**
 * The types of keys, in the order of their ids; `undefined` for a missing key. A key that the user may not
 * read has the unknown type HIDDEN_TYPE: it is not mirrored, and does not block the other keys.
 * @throws SyncError as redisError.
 */
export async function typesOf(
  redis: Redis,
  keys: readonly string[],
): Promise<(FoundKey['type'] | undefined)[]> {
  const names = keys.map(keyName);
  try {
    const answers = (await answersAtOnce(redis, names)) ?? (await answersOneByOne(redis, names));
    return answers.map((answer, i) => {
      if (typeof answer !== 'string') return answer;
      if (answer !== 'none' && isTooLongKeyId(keys[i] ?? '')) return NAME_TOO_LONG;
      return keyTypeOf(answer);
    });
  } catch (error) {
    throw redisError(error);
  }
}

type Name = string | Buffer;
type Answer = string | { readonly unknown: string };

/**
 * Asks by one command, at a tenth of the CPU; `undefined` on a cluster, and if the server refuses any of the
 * keys.
 */
async function answersAtOnce(redis: Redis, names: readonly Name[]): Promise<readonly Answer[] | undefined> {
  if (isCluster(redis) || names.length === 0 || names.length > STEP * 10) return undefined;
  const [reply] = await scriptOf(redis).run([names], []);
  if (!Buffer.isBuffer(reply)) return undefined;
  const answers = reply.toString('latin1').split(' ');
  return answers.length === names.length ? answers : undefined;
}

function scriptOf(redis: Redis): KeysScript {
  const known = SCRIPTS.get(redis);
  if (known) return known;
  const script = new KeysScript(redis, TYPES);
  SCRIPTS.set(redis, script);
  return script;
}

async function answersOneByOne(redis: Redis, names: readonly Name[]): Promise<readonly Answer[]> {
  const replies = await pipelined(
    redis,
    names,
    (name) => name,
    (pipeline, name) => pipeline.type(name),
  );
  return replies.map(([error, answer]) => {
    if (isKeyRefused(error)) return { unknown: HIDDEN_TYPE };
    if (error) throw error;
    return String(answer);
  });
}

/** Stands for the type of a key that the ACL hides from the user. SCAN shows its name nevertheless. */
export const HIDDEN_TYPE = 'no permission';
