import { setTimeout as sleep } from 'node:timers/promises';
import { Lease, SCHEDULER_LEASE } from '@redis-to-mongo/job-queue';
import { CliError } from './cli-error.js';
import type { Clients } from './clients.js';

const LEASE_MS = 9_000;
const RENEW_MS = 3_000;
const TRY_MS = 500;

/**
 * Does work during which no fleet may run. It holds the lease of the active scheduler: a fleet that is started
 * meanwhile stands by until the work has ended. A lease that a killed process has left is waited for.
 * @param what the command, for the message.
 * @throws CliError CLI_REFUSED if a fleet is running, or becomes active meanwhile; what `work` throws.
 */
export async function besideNoScheduler<T>(
  clients: Clients,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const refused = () =>
    new CliError(
      'CLI_REFUSED',
      `${what}: the fleet is running: stop its schedulers and workers, and try again in 15 seconds`,
    );
  const { queue } = await clients.facts();
  if ('error' in queue) throw queue.error;
  if (queue.is.processes.length > 0) throw refused();
  const lease = new Lease((await clients.config()).queue, SCHEDULER_LEASE, LEASE_MS, () => {});
  const until = performance.now() + LEASE_MS + TRY_MS;
  let renewal: NodeJS.Timeout | undefined;
  try {
    while (!(await lease.hold())) {
      if (performance.now() > until) throw refused();
      await sleep(TRY_MS);
    }
    const lost = new Promise<never>((_, reject) => {
      renewal = setInterval(() => {
        const renewed = lease.hold().catch(() => true); // the next one shows whether it is lost
        void renewed.then((isHeld) => {
          if (!isHeld) reject(refused());
        });
      }, RENEW_MS);
      renewal.unref();
    });
    return await Promise.race([work(), lost]);
  } finally {
    clearInterval(renewal);
    await lease.close();
  }
}
