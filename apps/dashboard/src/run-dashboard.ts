import { type AppContext, listen } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { JobQueue } from '@redis-to-mongo/job-queue';
import { connectMongo, pingMongo, readStatus } from '@redis-to-mongo/mongo-sink';
import { chooseAccount } from './auth/choose-account.js';
import { handOverPassword } from './auth/hand-over-password.js';
import { createDashboardServer } from './dashboard-server.js';
import { readQueueStatus } from './status/read-queue-status.js';
import { StatusReader } from './status/status-reader.js';

const OPTIONS = { host: 'DASHBOARD_HOST', port: 'DASHBOARD_PORT' };

/** Opens, serves until the app is told to stop, and leaves the closing to the app's closers. */
export async function runDashboard(app: AppContext, config: Config): Promise<void> {
  const { logger, closers, metrics, signal } = app;
  const { host, port, username, readOnly } = config.dashboard;
  const { account, madeUp } = await chooseAccount(config.dashboard);

  const queue = new JobQueue(config.queue, (error) => logger.warn('queue: connection trouble', { error }));
  closers.add('queue', () => queue.close());
  const mongo = connectMongo(config.mongo, 'redis-to-mongo dashboard');
  closers.add('mongo', () => mongo.close());
  const status = new StatusReader({
    readFleet: () => readStatus(mongo.db),
    readQueue: () => readQueueStatus(queue.queue),
    onError: (source, error) => logger.warn(`the status of the ${source} can't be read`, { error }),
  });

  const checks = [
    { name: 'queue', check: () => queue.ping() },
    { name: 'mongo', check: () => pingMongo(mongo.db) },
  ];
  const health = { checks, registry: metrics.registry, signal };
  const server = await createDashboardServer({
    account,
    queue: queue.queue,
    status,
    health,
    readOnly,
    logger,
  });
  closers.add('http', () => server.close());
  const address = await listen(server, { host, port, options: OPTIONS });
  logger.info('dashboard started', { http: address, username, readOnly });
  if (madeUp !== undefined) {
    const handedOver = await handOverPassword(username, madeUp, process.stderr);
    closers.add('password', () => handedOver.close());
    logger.info('no password is set: one was made up for this run', { where: handedOver.where });
  }
}
