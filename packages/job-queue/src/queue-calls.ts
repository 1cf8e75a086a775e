type Words = readonly [command: string, ...args: string[]];

/** The hash of a script that does not exist. */
const NO_SCRIPT = '0'.repeat(40);

/** Commands of BullMQ and the fleet that always change data. Queue them in a transaction and discard it. */
export function queueWrites(key: string): readonly Words[] {
  return [
    ...['HMSET', 'HSET', 'HSETNX'].map((name): Words => [name, key, 'x', 'x']),
    ...['LPUSH', 'RPUSH', 'SADD'].map((name): Words => [name, key, 'x']),
    ['INCR', key],
  ];
}

/**
 * All other commands that BullMQ and the fleet run on the queue's keys, in a form that changes nothing.
 * @param key a key that does not exist.
 */
export function queueCalls(key: string): readonly Words[] {
  return [
    ...['DEL', 'EXISTS', 'GET', 'HGETALL', 'HLEN', 'LLEN', 'LPOP', 'PERSIST', 'PTTL', 'RPOP', 'SCARD'].map(
      (name): Words => [name, key],
    ),
    ...['SMEMBERS', 'SPOP', 'TYPE', 'UNLINK', 'XLEN', 'ZCARD', 'ZPOPMIN'].map((name): Words => [name, key]),
    ...['HDEL', 'HEXISTS', 'HGET', 'HMGET', 'LPOS', 'SISMEMBER', 'SREM', 'ZMSCORE', 'ZREM', 'ZSCORE'].map(
      (name): Words => [name, key, 'x'],
    ),
    ...['LRANGE', 'LREM', 'LTRIM', 'ZCOUNT', 'ZRANGE', 'ZRANGEBYSCORE', 'ZREMRANGEBYRANK'].map(
      (name): Words => [name, key, '0', '0'],
    ),
    ...['ZREMRANGEBYSCORE', 'ZREVRANGE', 'ZREVRANGEBYSCORE'].map((name): Words => [name, key, '0', '0']),
    ...['ZLEXCOUNT', 'ZRANGEBYLEX'].map((name): Words => [name, key, '-', '+']),
    // These fail, because the key does not exist or x is not a number.
    ...[['HINCRBY', key, 'x', 'x'] as const, ['INCRBY', key, 'x'] as const, ['LSET', key, '0', 'x'] as const],
    ...[['RENAME', key, key] as const, ['RPOPLPUSH', key, key] as const, ['LINDEX', key, '0'] as const],
    ...[['SET', key, 'x', 'XX'] as const, ['ZADD', key, 'XX', '0', 'x'] as const],
    ...[['PEXPIRE', key, '1'] as const, ['PEXPIREAT', key, '1'] as const, ['HSCAN', key, '0'] as const],
    ['XADD', key, 'NOMKSTREAM', '*', 'x', 'x'],
    ...[['XDEL', key, '0-1'] as const, ['XRANGE', key, '-', '+'] as const],
    ...[['XTRIM', key, 'MAXLEN', '0'] as const, ['XREAD', 'STREAMS', key, '0'] as const],
    ...[['BZPOPMIN', key, '0.01'] as const, ['EVALSHA', NO_SCRIPT, '1', key] as const],
    ...[['EVAL', 'return 0', '1', key] as const, ['TIME'] as const],
  ];
}
