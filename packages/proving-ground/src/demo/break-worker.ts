import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/fleet.js';
import type { Generator } from '../generator/generator.js';
import type { MirrorWatch } from '../mirror-watch.js';

export interface BreakWorkerOptions {
  readonly fleet: Fleet;
  readonly generator: Generator;
  readonly watch: MirrorWatch;
  readonly say: (line: string) => void;
}

/**
 * Kills a busy worker: during the generator's burst, as soon as the fleet has made progress on it. Then
 * starts another one, as an orchestrator would.
 */
export async function breakWorker(options: BreakWorkerOptions, signal: AbortSignal): Promise<void> {
  const { fleet, generator, watch, say } = options;
  while (!generator.burstBegun) await sleep(10, undefined, { signal });
  const { seen } = await watch.state();
  await watch.untilMoreThan(seen, signal);
  const workers = fleet.running('worker');
  const victim = workers[Math.floor(workers.length / 2)];
  if (!victim) return;
  const { pid, name } = victim;
  await fleet.kill(victim, 'SIGKILL');
  say(`${name} (pid ${pid}) killed with SIGKILL, in the middle of its work`);
  const next = await fleet.addWorker();
  say(`${next.name} (pid ${next.pid}) started in its place`);
}
