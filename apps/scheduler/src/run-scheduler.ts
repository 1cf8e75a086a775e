import { type AppContext, startHttp } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { JobQueue, Lease, queueKeyPattern } from '@redis-to-mongo/job-queue';
import { activeKeys, connectMongo, pingMongo } from '@redis-to-mongo/mongo-sink';
import { keyFilter, SyncError } from '@redis-to-mongo/pipeline';
import { connectRedis } from '@redis-to-mongo/redis-connection';
import { ActiveScheduler } from './active-scheduler.js';
import { repeatUntil } from './repeat-until.js';

/** How long the active scheduler may be silent before another takes over, in ms. */
const LEASE_MS = 9_000;

/** Opens, runs until the app is told to stop, and leaves the closing to the app's closers. */
export async function runScheduler(app: AppContext, config: Config): Promise<void> {
  const { logger, closers, metrics, signal } = app;
  const onError = (server: string) => (error: Error) =>
    logger.warn(`${server}: connection trouble`, { error });

  const redis = connectRedis(config.redis, onError('redis'));
  closers.add('redis', () => redis.disconnect());
  const mongo = connectMongo(config.mongo, 'redis-to-mongo scheduler');
  closers.add('mongo', () => mongo.close());
  const queue = new JobQueue(config.queue, onError('queue'));
  closers.add('queue', () => queue.close());
  const lease = new Lease(config.queue, 'scheduler', LEASE_MS, onError('lease'));
  closers.add('lease', () => lease.close());

  const http = await startHttp({
    host: config.http.host,
    port: config.http.schedulerPort,
    registry: metrics.registry,
    checks: [
      { name: 'redis', check: async () => void (await redis.ping()) },
      { name: 'mongo', check: () => pingMongo(mongo.db) },
      { name: 'queue', check: () => queue.ping() },
    ],
  });
  closers.add('http', () => http.close());
  logger.info('scheduler started', { http: http.address, intervalMs: config.sync.intervalMs });

  let active: ActiveScheduler | undefined;
  const makeActive = () =>
    new ActiveScheduler({
      redis,
      queue,
      wanted: keyFilter(config.keys.include, [...config.keys.exclude, queueKeyPattern(config.queue)]),
      types: config.keys.types,
      intervalMs: config.sync.intervalMs,
      activeKeys: () => activeKeys(mongo.db),
    });

  const keepLease = repeatUntil(
    signal,
    () => LEASE_MS / 3,
    async () => {
      const held = await lease.hold();
      if (held && !active) logger.info('this scheduler is the active one');
      if (!held && active) logger.warn('another scheduler has taken over; standing by');
      active = held ? (active ?? makeActive()) : undefined;
    },
    (error) => {
      active = undefined; // without the queue's Redis there is nothing to be active on
      logger.warn('the lease could not be held', { error });
    },
  );

  const discovering = repeatUntil(
    signal,
    () => (active ? config.sync.discoveryIntervalMs : 250),
    async () => {
      if (!active) return;
      const report = await active.pass();
      for (const [type, count] of report.byType) metrics.keys.set({ key_type: type }, count);
      const { scheduled, unscheduled, gone, repaired } = report;
      const changed = scheduled + unscheduled + gone + repaired > 0;
      logger.log(changed ? 'info' : 'debug', 'discovery pass', {
        keys: report.keys,
        scheduled,
        unscheduled,
        gone,
        repaired,
      });
    },
    (error) => {
      metrics.errors.inc({ class: error instanceof SyncError ? error.errorClass : 'unknown' });
      logger.error('discovery failed; it is tried again', { error });
    },
  );
  closers.add('loops', async () => void (await Promise.all([keepLease, discovering])));
}
