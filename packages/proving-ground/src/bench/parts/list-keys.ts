import type { Db } from 'mongodb';
import { runPipeline } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';

/** Of ten keys in a row, so many have this type. */
const TYPES = [
  'string',
  'string',
  'string',
  'hash',
  'hash',
  'hash',
  'list',
  'zset',
  'set',
  'stream',
] as const;
const NAMES = ['session', 'user', 'cart', 'cache', 'flag'] as const;
const AT_ONCE = 5_000;
/** One key in so many is deleted. */
const DELETED = 53;

/** What a key of this number is called: those of one type do not lie together, nor do those of one beginning in their order. */
export function listKey(n: number, all: number): string {
  const type = TYPES[n % TYPES.length];
  if (type === 'stream') return `orders:${n}`;
  if (type === 'set') return `orders:${n - 1}:info:tags`;
  return `${NAMES[Math.floor(n / 10) % NAMES.length]}:${String((n * 7919) % all).padStart(7, '0')}`;
}

/** The documents of so many keys, as if a fleet had mirrored them: most in step, some behind, failing, paused, with losses. */
export async function fillKeyDocuments(db: Db, all: number, signal: AbortSignal): Promise<void> {
  const keys = db.collection<{ _id: string }>('keys');
  for (let from = 0; from < all; from += AT_ONCE) {
    signal.throwIfAborted();
    const some = Array.from({ length: Math.min(AT_ONCE, all - from) }, (_none, i) =>
      keyDocument(from + i, all),
    );
    await keys.insertMany(some, { ordered: false });
  }
}

function keyDocument(n: number, all: number) {
  const keyType = TYPES[n % TYPES.length];
  const at = new Date(1_700_000_000_000 + 2_000 * n);
  const _id = listKey(n, all);
  const isFailing = n % 1_000 === 9;
  return {
    _id,
    keyType,
    stream: _id,
    type: 'main',
    status: n % DELETED === 7 ? 'deleted' : 'active',
    incarnation: 1,
    revision: 1,
    position: keyType === 'stream' ? { entryId: `${at.getTime()}-0`, passed: n, before: 0 } : null,
    lag: n % 1_000 === 3 ? 1 + (n % 97) : 0,
    counts: {
      ...{ seen: n % 100, written: n % 100, alreadyThere: 0 },
      ...{ dead: n % 2_000 === 11 ? 1 : 0, gap: n % 2_500 === 19 ? 4 : 0 },
    },
    gaps: [],
    activity: [{ from: at, until: null }],
    firstSyncedAt: at,
    lastSyncedAt: at,
    lastChangedAt: at,
    expiresAt: null,
    lastError: isFailing
      ? {
          ...{ code: n % 3_000 === 9 ? 'KEY_QUARANTINED' : 'MONGO_WRITE', errorClass: 'unknown' },
          ...{ message: 'measured', at },
        }
      : null,
    pausedAt: n % 1_500 === 4 ? at : null,
  };
}

/** The same keys in the source, those that are deleted left out; each holds next to nothing. */
export async function fillListKeys({ redis, signal }: BenchEnvironment, all: number): Promise<void> {
  for (let from = 0; from < all; from += AT_ONCE) {
    signal.throwIfAborted();
    const pipeline = redis.pipeline();
    for (let n = from; n < Math.min(all, from + AT_ONCE); n++) {
      if (n % DELETED === 7) continue;
      const name = listKey(n, all);
      const type = TYPES[n % TYPES.length];
      if (type === 'stream') pipeline.xadd(name, '1-1', 'a', '1');
      else if (type === 'set') pipeline.sadd(name, 'a');
      else if (type === 'hash') pipeline.hset(name, 'a', '1');
      else if (type === 'list') pipeline.rpush(name, 'a');
      else if (type === 'zset') pipeline.zadd(name, 1, 'a');
      else pipeline.set(name, 'a');
    }
    await runPipeline(pipeline);
  }
}
