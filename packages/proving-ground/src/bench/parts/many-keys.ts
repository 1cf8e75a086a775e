import type { ChainableCommander, Redis } from 'ioredis';
import type { Document, Filter } from 'mongodb';
import { builtApp } from '../../fleet/fleet-env.js';
import { runPipeline, runPipelines } from '../../generator/run-pipeline.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { BenchProcess, numberIn } from '../bench-process.js';
import { BARE, type Figures, FLEET, ONCE, TENTH_CHANGED, UNCHANGED } from '../bench-result.js';
import type { BenchSizes } from '../bench-sizes.js';
import { notMirrored } from '../check-mirror.js';
import { figure } from '../report/figures.js';
import { pidsOf } from '../usage-meter.js';

const COLLECTIONS = ['hashes', 'strings', 'sets'] as const;

/** Figures of one measurement. `after` is the suffix of the load's name. */
type Measured = Figures & { readonly after?: string };

const CONTESTANTS = [
  [BARE, runBare],
  [ONCE, runOnce],
  [FLEET, runFleet],
] as const;

/**
 * Measures many small values: new ones by the bare loop, by the command `once` and by the fleet; then a sweep
 * of the fleet over the unchanged values, then a change of a tenth of them. The fleet's queue has a separate
 * Redis, whose CPU counts as the fleet's.
 */
export async function measureManyKeys(bench: BenchEnvironment): Promise<void> {
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const load of smallLoads(bench.sizes)) {
      if (load.isLong && repetition > 1) continue;
      await bench.clear();
      await runPipelines(bench.staging, load.keys, (pipeline, n) => write(pipeline, load.typeOf(n), n));
      for (const [who, contestant] of CONTESTANTS)
        await bench.attempt(`many-keys, ${load.name}, ${who}`, async () => {
          await using target = await bench.openTarget();
          for await (const { after = '', ...figures } of contestant(bench, target, load))
            bench.note({ load: load.name + after, who, repetition, figures });
        });
    }
}

async function* runBare(bench: BenchEnvironment, target: Target): AsyncGenerator<Measured> {
  await using process = await BenchProcess.start('bare-keys', bench.programServers(target, bench.stagingUrl));
  const end = await bench.meter(process.pids, target);
  process.send('go');
  const entries = numberIn(await process.report(), 'entries');
  yield { entries, ...(await end()) };
}

/** The command `once`, including the start of Node. */
async function* runOnce(bench: BenchEnvironment, target: Target, load: SmallLoad): AsyncGenerator<Measured> {
  const env = { REDIS_URL: bench.stagingUrl, MONGO_URI: target.uri, MONGO_DB_NAME: target.dbName };
  await using process = await BenchProcess.start(
    'command',
    { script: builtApp('cli/dist/main.js'), command: 'once' },
    env,
  );
  const end = await bench.meter(process.pids, target);
  process.send('go');
  if (numberIn(await process.report(), 'code') !== 0)
    throw new ProvingError('PROVING_APP_FAILED', 'once has failed');
  const usage = await end();
  await checkAll(target, load);
  yield { entries: load.keys, ...usage };
}

async function* runFleet(bench: BenchEnvironment, target: Target, load: SmallLoad): AsyncGenerator<Measured> {
  await using queue = await bench.openQueue();
  const fleet = await BenchFleet.start(bench, target, { options: { QUEUE_REDIS_URL: queue.url } });
  const ours = [...fleet.pids, ...pidsOf(queue)];
  const sets = Array.from({ length: load.keys }, (_, n) => load.typeOf(n)).filter((type) => type === 'set');
  /** Measures the time of `work`, and the CPU of `work` and `follow` together. */
  const measure = async (
    after: string,
    entries: number,
    work: () => Promise<void>,
    follow = async () => {},
  ) => {
    const since = new Date();
    const end = await bench.meter(ours, target);
    const begin = performance.now();
    await work();
    const seconds = (performance.now() - begin) / 1000;
    await follow();
    const usage = { ...(await end()), seconds };
    const writes = await countValues(target, { syncedAt: { $gte: since } });
    return { after, entries, ...usage, writes };
  };
  try {
    const made = await measure(
      '',
      load.keys,
      async () => {
        await bench.show();
        await fleet.untilEnded('synced', load.keys);
      },
      () => fleet.untilScheduled(sets.length, queue.url), // added once most keys are synced
    );
    await checkAll(target, load);
    yield made;
    const beforeSweep = await fleet.ended('unchanged');
    yield await measure(UNCHANGED, load.keys, async () => {
      // Redis does not report SWAPDB: only a sweep checks the keys.
      await bench.show();
      await bench.show();
      await fleet.untilEnded('unchanged', beforeSweep + load.keys);
    });
    const before = await fleet.ended('synced');
    const tenth = Math.ceil(load.keys / 10);
    yield await measure(TENTH_CHANGED, tenth, async () => {
      await changeTenth(bench.redis, load);
      await fleet.untilEnded('synced', before + tenth);
    });
  } finally {
    await fleet[Symbol.asyncDispose]();
    await bench.show(); // back to the staging database
    await bench.redis.flushdb();
  }
}

async function checkAll(target: Target, { keys }: SmallLoad): Promise<void> {
  const found = await countValues(target, { active: true, form: 'inline' });
  const states = await target.db.collection('keys').countDocuments({ status: 'active' });
  if (found !== keys || states !== keys)
    throw notMirrored(`${found} values and ${states} states of ${keys} keys are there`);
}

async function countValues({ db }: Target, filter: Filter<Document>): Promise<number> {
  const counts = COLLECTIONS.map((name) => db.collection(name).countDocuments(filter));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

type SmallType = 'hash' | 'string' | 'set';

/** Many small values. */
interface SmallLoad {
  readonly name: string;
  readonly keys: number;
  /** Whether it is measured only once. */
  readonly isLong?: boolean;
  /** The type of the nth key. */
  readonly typeOf: (n: number) => SmallType;
}

const TYPES: readonly SmallType[] = ['hash', 'string', 'set'];

/** One load per type; and a mixed one if the sizes have `mixed`. */
function smallLoads({ manyKeys: { keys, mixed } }: BenchSizes): SmallLoad[] {
  const loads = TYPES.map((type) => ({ name: `${type} ${figure(keys)}`, keys, typeOf: () => type }));
  if (mixed === undefined) return loads;
  const typeOf = (n: number) => TYPES[n % TYPES.length] ?? 'hash';
  return [...loads, { name: `mixed ${figure(mixed)}`, keys: mixed, isLong: true, typeOf }];
}

/** Changes every tenth value, all in one transaction. */
async function changeTenth(redis: Redis, { keys, typeOf }: SmallLoad): Promise<void> {
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
