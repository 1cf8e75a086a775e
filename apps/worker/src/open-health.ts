import { type AppContext, ProcessWatch, startHttp } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { HeartbeatSender } from '@redis-to-mongo/job-queue';
import { probeWrites } from '@redis-to-mongo/mongo-sink';
import type { Clients } from '@redis-to-mongo/operations';
import { redisError } from '@redis-to-mongo/redis-connection';
import { CircuitBreaker } from './circuit-breaker.js';
import { Readiness } from './readiness.js';
import { Retries } from './retries.js';
import { WorkMeter } from './work-meter.js';

/**
 * Opens the heartbeats and the health server, before anything is known of the servers.
 * @param options returns the fingerprints of the options that the fleet shares: see sharedOptions.
 */
export async function openHealth(
  app: AppContext,
  { http: { host, workerPort: port } }: Pick<Config, 'http'>,
  { queue, mongo, reached, checks }: Pick<Clients, 'queue' | 'mongo' | 'reached' | 'checks'>,
  options: () => Readonly<Record<string, string>>,
) {
  const { logger, signal, metrics, closers } = app;
  const probe = async () => {
    for (const { check } of checks) await check();
    await probeWrites(mongo.db);
  };
  const guard = new CircuitBreaker({ logger, signal, probe });
  const readiness = new Readiness(guard);
  const work = new WorkMeter();
  const retries = new Retries();
  const all = [...checks, ...readiness.checks];
  const http = await startHttp({ host, port, registry: metrics.registry, checks: all });
  closers.add('http', () => http.close());
  openHeartbeat(app, { queue, reached }, readiness, work, options, retries);
  return { guard, readiness, work, retries, http };
}

/** Sends heartbeats of this worker until the app is closed. */
function openHeartbeat(
  { logger, closers }: Pick<AppContext, 'logger' | 'closers'>,
  { queue, reached }: Pick<Clients, 'queue' | 'reached'>,
  readiness: Readiness,
  work: WorkMeter,
  options: () => Readonly<Record<string, string>>,
  retries: Retries,
): void {
  const watch = new ProcessWatch();
  closers.add('process watch', () => watch.close());
  const heart = new HeartbeatSender(
    queue,
    () => {
      const { heartbeat } = readiness;
      return (
        heartbeat && {
          ...heartbeat,
          about: watch.read(),
          work: work.read(),
          options: options(),
          source: reached.facts,
          ...retries.heartbeat,
        }
      );
    },
    (error) => logger.debug('a heartbeat could not be sent', { error: redisError(error) }),
  );
  closers.add('heart', () => heart.close());
}
