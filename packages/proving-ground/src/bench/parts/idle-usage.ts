import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchEnvironment } from '../bench-environment.js';
import type { BenchFleet } from '../bench-fleet.js';
import { processUsage } from '../process-usage.js';
import { sumOf } from '../report/figures.js';

/** The pids of processes, by what they are. */
export type Groups<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** What a group of processes used. */
export interface GroupUsage {
  /** CPU as a share of one core. */
  readonly share: number;
  /** Memory that is held at the end, and the most that was held, in bytes. */
  readonly bytes: number;
  readonly peakBytes: number;
}

/** The CPU share has come to rest when one sample of this many seconds is no lower than the one before, but for this part. */
const SAMPLE_SECONDS = 5;
const FALLING = 0.85;
/** And no more jobs than this run in a second: what is left over from the first sync is done. */
const RESTING_JOBS_PER_SEC = 20;

/** Measures groups of processes for so many seconds. @returns what each of them used. */
export async function measureGroups<Name extends string>(
  { signal }: Pick<BenchEnvironment, 'signal'>,
  groups: Groups<Name>,
  seconds: number,
): Promise<(name: Name) => GroupUsage> {
  const pids = Object.values<readonly number[]>(groups).flat();
  const readAll = async () =>
    new Map(await Promise.all(pids.map(async (pid) => [pid, await processUsage(pid)] as const)));
  const from = await readAll();
  const begin = performance.now();
  await sleep(1000 * seconds, undefined, { signal });
  const measured = (performance.now() - begin) / 1000;
  const to = await readAll();
  return (name) => {
    const [before, after] = [from, to].map((all) => groups[name].flatMap((pid) => all.get(pid) ?? []));
    const cpu = sumOf(after ?? [], 'cpuSeconds') - sumOf(before ?? [], 'cpuSeconds');
    return {
      share: cpu / measured,
      bytes: sumOf(after ?? [], 'bytes'),
      peakBytes: sumOf(after ?? [], 'peakBytes'),
    };
  };
}

/** Waits until the fleet runs hardly any jobs, and the CPU of all falls no more; at most as long as the sizes say. */
export async function untilIdle<Name extends string>(
  place: BenchEnvironment,
  fleet: BenchFleet,
  groups: Groups<Name>,
): Promise<void> {
  const { settleSeconds } = place.sizes.idle;
  const sample = Math.min(SAMPLE_SECONDS, settleSeconds);
  const deadline = performance.now() + 1000 * settleSeconds;
  const all = { all: Object.values<readonly number[]>(groups).flat() };
  let last = Number.POSITIVE_INFINITY;
  while (performance.now() < deadline) {
    const before = (await fleet.counts()).jobs;
    const { share } = (await measureGroups(place, all, sample))('all');
    const jobs = (await fleet.counts()).jobs - before;
    if (jobs <= RESTING_JOBS_PER_SEC * sample && share >= FALLING * last) return;
    last = share;
  }
}

/** The pids of a server, if it was started here. */
export function pidsOf({ pid }: { readonly pid?: number | undefined }): readonly number[] {
  return pid === undefined ? [] : [pid];
}
