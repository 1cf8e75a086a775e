import type { ChainableCommander, Redis } from 'ioredis';
import { runPipeline, runPipelines } from '../../generator/run-pipeline.js';
import type { BenchSizes } from '../bench-sizes.js';
import { figure } from '../report/figures.js';

export type SmallType = 'hash' | 'string' | 'set';

/** Many small values. */
export interface SmallLoad {
  readonly name: string;
  readonly keys: number;
  /** Whether it is measured only once. */
  readonly isLong?: boolean;
  /** The type of the nth key. */
  readonly typeOf: (n: number) => SmallType;
}

const TYPES: readonly SmallType[] = ['hash', 'string', 'set'];

/** One load per type; and a mixed one if the sizes have `mixed`. */
export function smallLoads({ manyKeys: { keys, mixed } }: BenchSizes): SmallLoad[] {
  const loads = TYPES.map((type) => ({ name: `${type} ${figure(keys)}`, keys, typeOf: () => type }));
  if (mixed === undefined) return loads;
  const typeOf = (n: number) => TYPES[n % TYPES.length] ?? 'hash';
  return [...loads, { name: `mixed ${figure(mixed)}`, keys: mixed, isLong: true, typeOf }];
}

/** Writes all values. @throws ProvingError `PROVING_REDIS` if Redis refuses a command. */
export async function fillSmall(redis: Redis, { keys, typeOf }: SmallLoad): Promise<void> {
  await runPipelines(redis, keys, (pipeline, n) => write(pipeline, typeOf(n), n));
}

/** Changes every tenth value, all in one transaction. */
export async function changeTenth(redis: Redis, { keys, typeOf }: SmallLoad): Promise<void> {
  const all = redis.multi();
  for (let n = 0; n < keys; n += 10) {
    const key = keyOf(n);
    const type = typeOf(n);
    if (type === 'hash') all.hset(key, 'note', 'changed');
    else if (type === 'set') all.sadd(key, 'changed');
    else all.set(key, `changed ${n}`);
  }
  await runPipeline(all);
}

/** About 200 bytes each: five fields, five members, or one text. */
function write(pipeline: ChainableCommander, type: SmallType, n: number): void {
  const part = (name: string) => `${name}-${n}-`.padEnd(36, 'x');
  const key = keyOf(n);
  if (type === 'hash')
    pipeline.hset(key, {
      ...{ name: part('n'), mail: part('m'), city: part('c'), role: part('r'), note: part('o') },
    });
  else if (type === 'set') pipeline.sadd(key, ...['a', 'b', 'c', 'd', 'e'].map(part));
  else pipeline.set(key, part('text').padEnd(200, 'y'));
}

function keyOf(n: number): string {
  return `user:${n}`;
}
