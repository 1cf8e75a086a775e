import type { BenchSizes } from '../bench-sizes.js';
import type { ValueLoad } from './values.js';

/** A member, as long as names usually are. */
function member(n: number): string {
  return `member-${String(n).padStart(8, '0')}`;
}

function members(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => member(from + n));
}

/** The sets, and then one member in a hundred changed: as many are added as are removed. */
export function setLoad({ sets: { sets, members: size } }: BenchSizes): ValueLoad {
  const changed = Math.max(2, 2 * Math.round(size / 200));
  return {
    part: 'sets',
    keyType: 'set',
    keys: sets,
    members: size,
    make: (pipeline, key) => pipeline.sadd(key, members(size)),
    change: {
      load: '1 % of it changed',
      members: changed,
      apply: (pipeline, key) =>
        pipeline.srem(key, members(changed / 2)).sadd(key, members(changed / 2, size)),
    },
  };
}

/** The other types; RedisJSON is a module, and left out. */
export function otherLoads({ types: { keys, members: size } }: BenchSizes): ValueLoad[] {
  const part = 'types';
  return [
    {
      ...{ part, keyType: 'zset', keys, members: size },
      make: (pipeline, key) => pipeline.zadd(key, ...members(size).flatMap((name, n) => [n * 1.5, name])),
    },
    {
      ...{ part, keyType: 'hash', keys, members: size },
      make: (pipeline, key) => pipeline.hset(key, ...members(size).flatMap((name) => [name, `of ${name}`])),
    },
    {
      ...{ part, keyType: 'list', keys, members: size },
      make: (pipeline, key) => pipeline.rpush(key, ...members(size)),
    },
    {
      ...{ part, keyType: 'string', keys: keys * 10, members: 1 },
      make: (pipeline, key) => pipeline.set(key, member(0).repeat(12)),
    },
  ];
}
