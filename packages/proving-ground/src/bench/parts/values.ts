import type { ChainableCommander, Redis } from 'ioredis';
import { runPipeline } from '../../generator/run-pipeline.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { FLEET } from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { compareMirror } from '../check-mirror.js';

/** A load of values of one type. */
export interface ValueLoad {
  readonly keyType: 'set' | 'zset' | 'hash' | 'list' | 'string';
  readonly keys: number;
  /** Members, fields or items of each; 1 where a value has no parts. */
  readonly members: number;
  /** Adds the command that makes the key's value. */
  readonly make: (pipeline: ChainableCommander, key: string, members: number) => void;
  /** Changes each value in one transaction, so one sync copies the whole change. */
  readonly change?: {
    readonly load: string;
    readonly members: number;
    readonly apply: (pipeline: ChainableCommander, key: string, members: number) => void;
  };
}

/** Adds to a transaction the commands that write one value. */
type Write = (step: ChainableCommander, key: string) => void;

const MEMBERS_A_STEP = 50_000;

/** Measures the fleet on values of each type in turn, from the first write until all are mirrored. */
export async function measureValues(bench: BenchEnvironment, loads: readonly ValueLoad[]): Promise<void> {
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    await bench.attempt(loads.map(({ keyType }) => keyType).join(', '), async () => {
      await bench.clear();
      await using target = await bench.openTarget();
      await using fleet = await BenchFleet.start(bench, target);
      for (const load of loads) await measureType(bench, target, fleet, load, repetition);
    });
}

async function measureType(
  bench: BenchEnvironment,
  target: Target,
  fleet: BenchFleet,
  load: ValueLoad,
  repetition: number,
): Promise<void> {
  const { keyType, keys, members, make, change } = load;
  const timed = async (name: string, entries: number, syncs: number, write: Write) => {
    bench.signal.throwIfAborted();
    const end = await bench.meter(fleet.pids, target);
    await inSteps(bench.redis, load, write);
    await fleet.untilMoved(keyType, syncs);
    const usage = await end();
    await compareMirror(bench, target);
    bench.note({ load: name, who: FLEET, repetition, figures: { entries, ...usage } });
  };
  const of = members === 1 ? '' : ` × ${members.toLocaleString('en-US')}`;
  const name = `${keyType} ${keys.toLocaleString('en-US')}${of}`;
  await timed(name, keys * members, keys, (step, key) => make(step, key, members));
  if (!change) return;
  await timed(change.load, keys * change.members, 2 * keys, (step, key) =>
    change.apply(step, key, change.members),
  );
}

async function inSteps(redis: Redis, { keyType, keys, members }: ValueLoad, write: Write): Promise<void> {
  const together = Math.max(1, Math.floor(MEMBERS_A_STEP / members));
  for (let from = 0; from < keys; from += together) {
    const step = redis.multi(); // each value changes atomically
    for (let i = from; i < Math.min(keys, from + together); i++) write(step, `${keyType}-${i}`);
    await runPipeline(step);
  }
}

/** A member name of typical length. */
function member(n: number): string {
  return `member-${String(n).padStart(8, '0')}`;
}

function members(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => member(from + n));
}

/** Sets; then a change of 1 % of their members, half of it removals, half additions. */
export function setLoad({ sets: { sets, members: size } }: BenchSizes): ValueLoad {
  const changed = Math.max(2, 2 * Math.round(size / 200));
  return {
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

/** Loads of the other types. RedisJSON is a module, so it is left out. */
export function otherLoads({ types: { keys, members: size } }: BenchSizes): ValueLoad[] {
  return [
    {
      ...{ keyType: 'zset', keys, members: size },
      make: (pipeline, key) => pipeline.zadd(key, ...members(size).flatMap((name, n) => [n * 1.5, name])),
    },
    {
      ...{ keyType: 'hash', keys, members: size },
      make: (pipeline, key) => pipeline.hset(key, ...members(size).flatMap((name) => [name, `of ${name}`])),
    },
    {
      ...{ keyType: 'list', keys, members: size },
      make: (pipeline, key) => pipeline.rpush(key, ...members(size)),
    },
    {
      ...{ keyType: 'string', keys: keys * 10, members: 1 },
      make: (pipeline, key) => pipeline.set(key, member(0).repeat(12)),
    },
  ];
}
