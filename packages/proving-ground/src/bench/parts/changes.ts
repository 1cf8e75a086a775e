import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { BenchProcess } from '../bench-process.js';
import { BARE, CHANGES, type Figures, FLEET } from '../bench-result.js';
import type { MessageTarget } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { measureWaits } from './latency.js';

type Kind = keyof typeof CHANGES;
const KINDS = ['hash', 'set', 'stream', 'flood'] as const satisfies readonly Kind[];

/** Who brings the changes: the fleet, and a loop that does the same and keeps none of its promises. */
const WHO = [FLEET, BARE] as const;

/**
 * From a change to readable in MongoDB, of keys among many that are synced already: single ones, and a flood of them.
 * The loads name the kind, the rate and the number of keys.
 */
export async function measureChanges(bench: BenchEnvironment): Promise<void> {
  const { keys, floodPerSec } = bench.sizes.changes;
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const who of WHO)
      await bench.attempt(`changes, ${who}`, async () => {
        await bench.clear();
        await fill(bench, keys);
        await using target = await openMongoTarget(bench);
        const start =
          who === FLEET
            ? BenchFleet.start(bench, target)
            : BenchProcess.start('bare-changes', bench.programServers(target)); // ready when it has written all keys
        await using bringing = await start;
        if (bringing instanceof BenchFleet) await bringing.untilMoved('hash', keys);
        for (const kind of KINDS) {
          // A minute of flood is much: once is enough.
          if (kind === 'flood' && repetition > 1) continue;
          const load = `${kind === 'flood' ? `${floodPerSec}/s ` : ''}${CHANGES[kind]} among ${keys}`;
          await bench.measure({ load, who, repetition }, () => measure(bench, target, bringing.pids, kind));
        }
      });
}

async function fill({ redis }: BenchEnvironment, keys: number): Promise<void> {
  const filling = { a: 'x'.repeat(40), b: 'y'.repeat(40), c: 'z'.repeat(40), changed: '0' };
  await runPipelines(redis, keys, (pipeline, i) =>
    pipeline.hset(`many:${i}`, { name: `name ${i}`, ...filling }),
  );
  await runPipelines(redis, 100, (pipeline, i) => pipeline.sadd(`some:${i}`, 'a', 'b', 'c'));
}

async function measure(
  bench: BenchEnvironment,
  target: MessageTarget,
  pids: readonly number[],
  kind: Kind,
): Promise<Figures> {
  const { keys, floodPerSec, floodSeconds, ...single } = bench.sizes.changes;
  const isFlood = kind === 'flood';
  const perSec = isFlood ? floodPerSec : single.perSec;
  await using process = await BenchProcess.start('changes', {
    ...bench.programServers(target),
    ...{ kind: isFlood ? 'hash' : kind, keys, perSec },
    seconds: isFlood ? floodSeconds : single.seconds,
    warmUpSeconds: bench.sizes.latency.warmUpSeconds,
  });
  return (await measureWaits(bench, target, pids, process)).measured;
}
