import { runPipelines } from '../../generator/run-pipeline.js';
import type { BenchEnvironment } from '../bench-environment.js';
import { BenchFleet } from '../bench-fleet.js';
import { BenchProcess } from '../bench-process.js';
import { BARE, FLEET, type LatencyRun } from '../bench-result.js';
import type { MessageTarget } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { measureWaits, sayWaits } from './latency.js';

/** The kinds of changes, as the reports name them. */
export const CHANGES = {
  hash: 'one changed hash',
  set: 'one changed set',
  stream: 'a new stream',
  flood: 'changed hashes',
} as const;

type Kind = keyof typeof CHANGES;
const KINDS = ['hash', 'set', 'stream', 'flood'] as const satisfies readonly Kind[];

/** Who brings the changes: the fleet, and a loop that does the same and keeps none of its promises. */
const WHO = [FLEET, BARE] as const;

/**
 * From a change to readable in MongoDB, of keys among many that are synced already: single ones, and a flood of them.
 * @returns runs whose loads name the kind, the rate and the number of keys.
 */
export async function measureChanges(bench: BenchEnvironment): Promise<LatencyRun[]> {
  const { keys } = bench.sizes.changes;
  const runs: LatencyRun[] = [];
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
          const run = await bench.attempt(`changes, ${CHANGES[kind]}, ${who}`, () =>
            measure(bench, target, bringing.pids, kind),
          );
          if (!run) continue;
          const whole = { ...run, who, repetition };
          sayWaits(bench, 'changes', whole);
          runs.push(whole);
        }
      });
  return runs;
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
): Promise<Omit<LatencyRun, 'who' | 'repetition'>> {
  const { keys, floodPerSec, floodSeconds, ...single } = bench.sizes.changes;
  const isFlood = kind === 'flood';
  const perSec = isFlood ? floodPerSec : single.perSec;
  const load = `${isFlood ? `${perSec}/s ` : ''}${CHANGES[kind]} among ${keys}`;
  await using process = await BenchProcess.start('changes', {
    ...bench.programServers(target),
    ...{ kind: isFlood ? 'hash' : kind, keys, perSec },
    seconds: isFlood ? floodSeconds : single.seconds,
    warmUpSeconds: bench.sizes.latency.warmUpSeconds,
  });
  const { measured } = await measureWaits(bench, target, pids, process);
  return { load, askedPerSec: perSec, ...measured };
}
