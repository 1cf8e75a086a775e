import type { Closing } from '../demo/closing.js';
import type { BenchOptions, Part } from './bench-options.js';
import { BenchPlace } from './bench-place.js';
import type { BenchResult } from './bench-result.js';
import { chooseContestants } from './contestants/choose-contestants.js';
import { describeMachine } from './machine.js';
import { measureThroughput } from './parts/throughput.js';

export interface BenchContext {
  readonly closing: Closing;
  /** For logs; removed by the caller. */
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Runs the parts that were asked for, one after the other. What it opens stays open until the caller closes `closing`.
 * @throws LocalStackError, ProvingError; anything once the signal has aborted.
 */
export async function runBench(options: BenchOptions, context: BenchContext): Promise<BenchResult> {
  const place = await BenchPlace.open(options, context);
  const probe = await place.openTarget();
  const machine = await describeMachine(place.redis, probe.kind);
  await probe.close();
  const { contestants, notes } = await chooseContestants();
  const wanted = async <T>(part: Part, measure: () => Promise<T[]>): Promise<T[]> => {
    if (!options.parts.includes(part)) return [];
    context.say(part);
    return await measure();
  };
  const runs = [...(await wanted('throughput', () => measureThroughput(place, contestants)))];
  const { size, repetitions, parts } = options;
  return { machine, size, repetitions, parts, runs, latency: [], idle: [], discovery: [], notes };
}
