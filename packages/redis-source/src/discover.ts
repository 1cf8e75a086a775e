import { type KeyType, keyIdOf, keyTypeOf, LONGEST_KEY_BYTES, NAME_TOO_LONG } from '@redis-to-mongo/pipeline';
import { isKeyRefused, mastersOf, pipelined, redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { HIDDEN_TYPE } from './hidden-type.js';
import type { ScanMemory } from './scan-memory.js';

/** A key that SCAN met, with its type; `unknown` carries the server's word for a type nobody here knows. */
export interface FoundKey {
  readonly key: string;
  readonly type: KeyType | { readonly unknown: string };
}

export interface DiscoverOptions {
  /** Which keys are of interest; the others' types are not asked. */
  readonly wanted: (keyId: string) => boolean;
  /** The type known from earlier passes; not asked again. A worker notices by itself when a key changes its type. */
  readonly known: { get(keyId: string): FoundKey['type'] | undefined };
  /** Makes repeated passes cheap. */
  readonly memory?: ScanMemory<readonly FoundKey[]>;
  /** Keys per SCAN step; bounds how long one step keeps the server busy. */
  readonly scanCount?: number;
}

/**
 * Finds the keys by SCAN, with their types. A key may be given twice, and one that is created or deleted meanwhile
 * may be missed: SCAN promises only keys that are there from start to end.
 * Source: https://redis.io/docs/latest/commands/scan/
 * @throws SyncError as redisError tells.
 */
export async function* discover(redis: Redis, options: DiscoverOptions): AsyncGenerator<readonly FoundKey[]> {
  for (const [index, node] of mastersOf(redis).entries()) {
    let cursor = '0';
    do {
      const at = `${index}:${cursor}`;
      const [next, names] = await node
        .scanBuffer(cursor, 'COUNT', options.scanCount ?? 1000)
        .catch((error: unknown) => {
          throw redisError(error);
        });
      cursor = String(next);
      const make = () => withTypes(node, names, options);
      yield options.memory ? await options.memory.recall(at, names, make) : await make();
    } while (cursor !== '0');
  }
  options.memory?.endPass();
}

async function withTypes(
  node: Redis,
  names: readonly Buffer[],
  options: DiscoverOptions,
): Promise<readonly FoundKey[]> {
  const wanted = names
    .map((name) => ({ name, key: keyIdOf(name) }))
    .filter(({ key }) => options.wanted(key))
    .map(({ name, key }) => ({ name, key, type: options.known.get(key) }));
  const unknown = wanted.filter(({ type }) => type === undefined);
  const answers = await typesOf(
    node,
    unknown.map(({ name }) => name),
  );
  const types = new Map(unknown.map(({ key }, i) => [key, answers[i]]));
  return wanted.flatMap(({ key, type = types.get(key) }) => (type === undefined ? [] : [{ key, type }]));
}

/**
 * The types of keys by name; `undefined` for one that is not there, and HIDDEN_TYPE for one that the user may not read: it is
 * of no type that anybody mirrors, and keeps nobody from the others.
 * @throws SyncError as redisError tells.
 */
export async function typesOf(
  redis: Redis,
  names: readonly (Buffer | string)[],
): Promise<(FoundKey['type'] | undefined)[]> {
  const replies = await pipelined(
    redis,
    names,
    (name) => name,
    (pipeline, name) => pipeline.type(name),
  ).catch((error: unknown) => {
    throw redisError(error);
  });
  return replies.map(([error, answer], i) => {
    if (isKeyRefused(error)) return { unknown: HIDDEN_TYPE };
    if (error) throw redisError(error);
    if (answer !== 'none' && Buffer.byteLength(names[i] ?? '') > LONGEST_KEY_BYTES) return NAME_TOO_LONG;
    return keyTypeOf(String(answer));
  });
}
