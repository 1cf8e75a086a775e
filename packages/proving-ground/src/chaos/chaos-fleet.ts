import { join } from 'node:path';
import { Fleet } from '../fleet/fleet.js';
import { newPassword } from '../fleet/fleet-env.js';
import { endText } from '../fleet/fleet-member.js';
import type { ProgramContext } from '../program/run-program.js';
import { type ChaosEnvironment, QUEUE_PREFIX } from './chaos-environment.js';
import type { ChaosOptions } from './chaos-options.js';

/** One is active, the other stands by. */
const SCHEDULERS = 2;

/**
 * Starts two schedulers and the workers, which use the proxies. `closing` stops them.
 * @param onProblem called when a process ends by itself.
 * @throws as Fleet.start.
 */
export async function startChaosFleet(
  { env, dbName }: ChaosEnvironment,
  { dir, signal, closing, pids }: ProgramContext,
  { workers, with: more = {} }: Pick<ChaosOptions, 'workers'> & Partial<Pick<ChaosOptions, 'with'>>,
  onProblem: (problem: string) => void,
): Promise<Fleet> {
  const { REDIS_URL = '', MONGO_URI = '', ...options } = env;
  const fleet = await Fleet.start({
    redisUrl: REDIS_URL,
    mongoUri: MONGO_URI,
    mongoDbName: dbName,
    queuePrefix: QUEUE_PREFIX,
    dashboardPassword: newPassword(),
    dashboard: false,
    workers,
    schedulers: SCHEDULERS,
    options: { ...options, ...more },
    // Both paths of stream entries run side by side on the same streams, unless one was chosen.
    otherWorkers: { STREAM_PATH: more.STREAM_PATH ?? 'ordinary' },
    dir: join(dir, 'fleet'),
    signal,
    onUnexpectedEnd: (member, end) => onProblem(`${member.name} ended by itself with ${endText(end)}`),
  });
  closing.add('the fleet', async () => {
    for (const { pid } of fleet.members) if (pid !== undefined) pids.add(pid);
    await fleet.stop();
  });
  return fleet;
}

/** Starts missing processes, and waits until all are ready. */
export async function refillFleet(fleet: Fleet, workers: number): Promise<void> {
  for (let missing = workers - fleet.running('worker').length; missing > 0; missing--) fleet.launch('worker');
  for (let missing = SCHEDULERS - fleet.running('scheduler').length; missing > 0; missing--)
    fleet.launch('scheduler');
  await Promise.all(
    [...fleet.running('worker'), ...fleet.running('scheduler')].map((member) => member.ready()),
  );
}
