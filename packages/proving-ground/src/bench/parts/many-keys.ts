import { startRedis } from '@redis-to-mongo/local-stack';
import { builtApp } from '../../fleet/built-app.js';
import { ProvingError } from '../../proving-error.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { BenchProcess, numberIn } from '../bench-process.js';
import { BARE, FLEET, ONCE, type Run } from '../bench-result.js';
import { notMirrored } from '../check-mirror.js';
import { printRun } from '../print-run.js';
import { meter, type Usage } from '../usage-meter.js';
import { changeTenth, fillSmall, type SmallLoad, smallLoads } from './small-loads.js';

const COLLECTIONS = { hash: 'hashes', string: 'strings', set: 'sets' } as const;

type Measured = Omit<Run, 'repetition' | 'part'>;

/** What follows a load's name, as the reports know it. */
export const UNCHANGED = ', unchanged';
export const TENTH_CHANGED = ', 10 % changed';

const CONTESTANTS = [
  [BARE, runBare],
  [ONCE, runOnce],
  [FLEET, runFleet],
] as const;

/**
 * Many small values: new ones by the bare loop, by the command and by the fleet; then the fleet finds them unchanged in a
 * sweep, and a tenth of them changed. The fleet's queue has a Redis of its own, whose CPU counts as the fleet's.
 */
export async function measureManyKeys(place: BenchEnvironment): Promise<Run[]> {
  const runs: Run[] = [];
  for (let repetition = 1; repetition <= place.repetitions; repetition++)
    for (const load of smallLoads(place.sizes)) {
      if (load.isLong && repetition > 1) continue;
      await place.clear(true);
      await fillSmall(place.shelf, load);
      for (const [who, contestant] of CONTESTANTS) {
        await place.attempt(`many-keys, ${load.name}, ${who}`, async () => {
          const target = await place.openTarget();
          try {
            for await (const run of contestant(place, target, load)) {
              runs.push({ part: 'many-keys', repetition, ...run });
              printRun(place, { part: 'many-keys', ...run });
            }
          } finally {
            await target.close();
          }
        });
      }
    }
  await place.clear(true);
  return runs;
}

async function* runBare(place: BenchEnvironment, target: Target, load: SmallLoad): AsyncGenerator<Measured> {
  const { process } = await BenchProcess.start('bare-keys', {
    redisUrl: place.shelfUrl,
    mongoUri: target.uri,
    dbName: target.dbName,
  });
  try {
    const end = await meter({ ours: [process.pid], redis: place.redisServer.pid, mongo: target.pid });
    process.send('go');
    const entries = numberIn(await process.report(), 'entries');
    yield measured(load.name, BARE, entries, await end());
  } finally {
    await process.stop();
  }
}

/** The command, Node's start included. */
async function* runOnce(place: BenchEnvironment, target: Target, load: SmallLoad): AsyncGenerator<Measured> {
  const env = { REDIS_URL: place.shelfUrl, MONGO_URI: target.uri, MONGO_DB_NAME: target.dbName };
  const { process } = await BenchProcess.start(
    'command',
    { script: builtApp('cli/dist/main.js'), command: 'once' },
    env,
  );
  try {
    const end = await meter({ ours: [process.pid], redis: place.redisServer.pid, mongo: target.pid });
    process.send('go');
    if (numberIn(await process.report(), 'code') !== 0)
      throw new ProvingError('PROVING_APP_FAILED', 'once has failed');
    const usage = await end();
    await checkAll(target, load);
    yield measured(load.name, ONCE, load.keys, usage);
  } finally {
    await process.stop();
  }
}

async function* runFleet(place: BenchEnvironment, target: Target, load: SmallLoad): AsyncGenerator<Measured> {
  const queue = await startRedis();
  const fleet = await BenchFleet.start(place, target, { options: { QUEUE_REDIS_URL: queue.url } });
  const ours = [...fleet.pids, ...(queue.pid === undefined ? [] : [queue.pid])];
  const measure = async (name: string, entries: number, work: () => Promise<void>) => {
    const since = new Date();
    const end = await meter({ ours, redis: place.redisServer.pid, mongo: target.pid });
    await work();
    const usage = await end();
    const writes = await writtenSince(target, since);
    return { ...measured(`${load.name}${name}`, FLEET, entries, usage), writes };
  };
  try {
    const made = await measure('', load.keys, async () => {
      await place.show();
      await fleet.untilEnded('synced', load.keys);
    });
    await checkAll(target, load);
    yield made;
    const beforeSweep = await fleet.ended('unchanged');
    yield await measure(UNCHANGED, load.keys, async () => {
      // Redis does not report a swap: a sweep finds what may have changed.
      await place.show();
      await place.show();
      await fleet.untilEnded('unchanged', beforeSweep + load.keys);
    });
    const before = await fleet.ended('synced');
    const tenth = Math.ceil(load.keys / 10);
    yield await measure(TENTH_CHANGED, tenth, async () => {
      await changeTenth(place.redis, load);
      await fleet.untilEnded('synced', before + tenth);
    });
  } finally {
    await fleet.stop();
    await queue.stop();
    await place.show(); // back to the shelf
    await place.redis.flushdb();
  }
}

function measured(load: string, who: string, entries: number, usage: Usage): Measured {
  const { ours: cpu, redis: redisCpu, mongo: mongoCpu, seconds, peakBytes } = usage;
  return { load, who, entries, seconds, cpu, redisCpu, mongoCpu, peakBytes };
}

async function checkAll({ db }: Target, { keys }: SmallLoad): Promise<void> {
  const counts = await Promise.all(
    Object.values(COLLECTIONS).map((name) =>
      db.collection(name).countDocuments({ active: true, form: 'inline' }),
    ),
  );
  const found = counts.reduce((sum, count) => sum + count, 0);
  const states = await db.collection('keys').countDocuments({ status: 'active' });
  if (found !== keys || states !== keys)
    throw notMirrored(`${found} values and ${states} states of ${keys} keys are there`);
}

/** How many values were written since then. */
async function writtenSince({ db }: Target, since: Date): Promise<number> {
  const counts = await Promise.all(
    Object.values(COLLECTIONS).map((name) =>
      db.collection(name).countDocuments({ syncedAt: { $gte: since } }),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
