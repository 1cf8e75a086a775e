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

/** Contestants: the fleet, and a bare loop that gives none of its guarantees. */
const WHO = [FLEET, BARE] as const;

/**
 * Measures the time from a change of a key until it is readable in MongoDB, among many keys that are already
 * synced: of single changes, and of a flood of them. A load is named by the kind, the flood's rate, and the
 * number of keys.
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
            : BenchProcess.start('bare-changes', bench.programServers(target)); // ready once all is written
        await using bringing = await start;
        if (bringing instanceof BenchFleet) await bringing.untilMoved('hash', keys);
        for (const kind of KINDS) {
          // A flood takes a minute, so it is measured once.
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
