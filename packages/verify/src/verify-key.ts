import { isValueType, valueType } from '@redis-to-mongo/key-types';
import { readKey } from '@redis-to-mongo/mongo-sink';
import { type RuleBook, SyncError } from '@redis-to-mongo/pipeline';
import type { FoundKey } from '@redis-to-mongo/redis-source';
import { compareStream } from './compare-stream.js';
import { compareValues } from './compare-values.js';
import type { Difference } from './difference.js';
import type { Sides } from './sides.js';

/**
 * Compares one key. Documents of the key that are not in the fleet's form count as a difference, too.
 * @param type the key's type in Redis; `undefined` if the key does not exist, `unknown` if its type is not
 * mirrored.
 * @throws SyncError of class transient or configuration.
 */
export async function verifyKey(
  sides: Sides,
  key: string,
  type: FoundKey['type'] | undefined,
  rules: RuleBook,
): Promise<Difference> {
  try {
    return await compare(sides, key, type, rules);
  } catch (error) {
    if (!(error instanceof SyncError)) return wrong('its documents are damaged');
    if (error.code !== 'VALUE_CHANGED_WHILE_READ' && error.errorClass !== 'unknown') throw error;
    return wrong(error.message);
  }
}

async function compare(
  { redis, db }: Sides,
  key: string,
  type: FoundKey['type'] | undefined,
  rules: RuleBook,
): Promise<Difference> {
  const state = await readKey(db, key);
  if (type === undefined)
    return state?.status === 'active' ? wrong('not in Redis, but active in MongoDB') : nothing();
  if (typeof type !== 'string')
    return state?.status === 'active' && state.keyType !== type.unknown
      ? wrong(`${type.unknown} in Redis, a ${state.keyType} in MongoDB`)
      : nothing();
  if (!state) return { compared: 0, missing: 1, different: 0, problems: ['MongoDB does not have it'] };
  if (state.status !== 'active') return wrong('in Redis, but deleted in MongoDB');
  if (state.keyType !== type) return wrong(`a ${type} in Redis, a ${state.keyType} in MongoDB`);
  return isValueType(type)
    ? await compareValues(redis, db, valueType(type), state)
    : await compareStream(redis, db, state, {
        ttlMs: rules.ruleFor(key, type)?.ttlMs,
        rules: rules.rules,
      });
}

function wrong(problem: string): Difference {
  return { compared: 0, missing: 0, different: 1, problems: [problem] };
}

function nothing(): Difference {
  return { compared: 0, missing: 0, different: 0, problems: [] };
}
