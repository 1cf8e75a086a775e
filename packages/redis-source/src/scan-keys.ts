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
import { HIDDEN_TYPE } from './hidden-type.js';
import { KeysScript } from './values/keys-script.js';

/** A key that SCAN met, with its type; `unknown` carries the server's word for a type nobody here knows. */
export interface FoundKey {
  readonly key: string;
  readonly type: KeyType | { readonly unknown: string };
}

/** The types of all keys, a space between. */
const TYPES = `local types = {}
for i, key in ipairs(KEYS) do types[i] = redis.call('TYPE', key).ok end
return table.concat(types, ' ')`;

/** The script of each connection: what was found out about its server is kept for as long as the connection. */
const SCRIPTS = new WeakMap<Redis, KeysScript>();

/** Keys per SCAN step, about; bounds how long one step keeps the server busy. */
const STEP = 1000;

/**
 * Goes through all keys by SCAN, page by page, with their types. A key may be given twice, and one that is created or deleted
 * meanwhile may be missed: SCAN promises only keys that are there from start to end.
 * Source: https://redis.io/docs/latest/commands/scan/
 * @param wanted which keys are of interest; the others' types are not asked.
 * @throws SyncError as redisError; at the end as sameServer, where another server may have given some of the keys.
 */
export async function* scanKeys(
  redis: Redis,
  wanted: (keyId: string) => boolean,
): AsyncGenerator<readonly FoundKey[]> {
  for await (const names of scanPages(redis)) yield await withTypes(redis, names, wanted);
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

/** A key that moves to a node of a cluster that was scanned already is found there by the second time; and one that moves then, by the first. */
async function* scanPages(redis: Redis): AsyncGenerator<readonly Buffer[]> {
  const confirm = sameServer(redis);
  const slots = await slotsAtRest(redis);
  yield* scanOnce(redis);
  if (slots === undefined || slots !== (await slotsAtRest(redis))) yield* scanOnce(redis);
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
 * The types of keys by their ids; `undefined` for one that is not there, and HIDDEN_TYPE for one that the user may not read: it is
 * of no type that anyone mirrors, and keeps nobody from the others.
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

/** By one command, at a tenth of the CPU; `undefined` on a cluster, and where the server refuses it for any of the keys. */
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
