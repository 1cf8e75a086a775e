import { setTimeout as sleep } from 'node:timers/promises';
import type { DataToBreak } from './break-data.js';
import type { FleetToBreak } from './break-fleet.js';
import { resourceOf, type ServersToBreak } from './break-servers.js';
import { FAULTS } from './faults.js';
import type { FaultStep } from './plan-faults.js';

export interface Breakable extends DataToBreak, FleetToBreak, ServersToBreak {
  /** Called after each fault. */
  readonly onFault: (step: FaultStep, what: string, begunMs: number) => void;
}

/**
 * Runs a plan. Each step starts at its time, even if earlier ones are not over, but steps on the same
 * resource wait for each other. Resolves when all are over.
 */
export async function breakThings(broken: Breakable, plan: readonly FaultStep[]): Promise<void> {
  const begin = performance.now();
  const lanes = new Map<string, Promise<unknown>>();
  const steps: Promise<void>[] = [];
  for (const step of plan) {
    await sleep(Math.max(0, begin + step.atMs - performance.now()), undefined, { signal: broken.signal });
    const lane = resourceOf(step.kind);
    const before = lane === undefined ? undefined : lanes.get(lane);
    const work = (before ?? Promise.resolve()).then(async () => {
      const begunMs = performance.now() - begin;
      const what = await FAULTS[step.kind].run(broken, step);
      broken.onFault(step, what ?? 'skipped: nothing to act on', begunMs);
    });
    work.catch(() => {}); // awaited below
    if (lane !== undefined)
      lanes.set(
        lane,
        work.catch(() => {}),
      );
    steps.push(work);
  }
  await Promise.all(steps);
}
