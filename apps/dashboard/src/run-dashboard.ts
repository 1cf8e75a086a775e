import { type AppContext, disconnectSilent, listen, startHttp } from '@redis-to-mongo/app-shell';
import { type Config, describeConfig } from '@redis-to-mongo/config';
import { FleetIdentity, readFacts } from '@redis-to-mongo/fleet-status';
import { JobQueue } from '@redis-to-mongo/job-queue';
import {
  connectMongo,
  KeyPages,
  pingMongo,
  readAudit,
  readHistory,
  readKey,
  readKeySummaries,
  readStatus,
} from '@redis-to-mongo/mongo-sink';
import { chosenKeys, openLine } from '@redis-to-mongo/operations';
import { connectRedis, redisError } from '@redis-to-mongo/redis-connection';
import { type SampledKeys, sampleKeys } from '@redis-to-mongo/redis-source';
import { chooseAccount } from './auth/account.js';
import { handOverPassword } from './auth/hand-over-password.js';
import { createDashboardServer } from './dashboard-server.js';
import { explainKey } from './keys/key-detail.js';
import { keyValuesReader } from './keys/key-values.js';
import { actionsOn } from './keys/run-action.js';
import { lettersOf } from './letters/letters-of.js';
import { momentOfSample } from './live/history.js';
import { recordsOf } from './records/records.js';
import { FleetPoller } from './status/fleet-poller.js';

const WHAT = {
  queue: 'the queue’s Redis',
  mirror: 'MongoDB',
  source: 'the source Redis',
  sums: 'the sums over all keys',
} as const;
const HOUR_MS = 3_600_000;
const OPTIONS = { host: 'DASHBOARD_HOST', port: 'DASHBOARD_PORT' };
const HEALTH_OPTIONS = { host: 'HTTP_HOST', port: 'DASHBOARD_HTTP_PORT' };

/** Opens the connections and serves until the app stops. The app's closers close everything. */
export async function runDashboard(app: AppContext, config: Config): Promise<void> {
  const { logger, closers, metrics, signal } = app;
  const { host, port, username, readOnly, trustedProxies, basePath } = config.dashboard;
  const { account, madeUp } = await chooseAccount(config.dashboard);

  const queue = new JobQueue(config.queue, (error) =>
    logger.warn('queue: connection trouble', { error: redisError(error, 'queue') }),
  );
  closers.add('queue', () => queue.close());
  const mongo = connectMongo(config.mongo, 'redis-to-mongo dashboard');
  closers.add('mongo', () => mongo.close());
  const source = connectRedis(
    config.redis,
    (error) => logger.warn('source: connection trouble', { error: redisError(error) }),
    {
      enableAutoPipelining: true,
    },
  );
  closers.add('source', () => source.disconnect());
  const identity = new FleetIdentity({ queue, db: mongo.db, source, address: config.redis });
  const poller = new FleetPoller({
    readFacts: () => readFacts({ queue, db: mongo.db, source, identity }),
    readSums: () => readStatus(mongo.db),
    onError: (what, error) => logger.warn(`status: ${WHAT[what]} can't be read`, { error }),
  });

  const pages = new KeyPages(mongo.db, pickKeys(config, source));
  void pages.sample();
  // The charts begin with the samples stored before this start. If these can't be read, the charts begin now.
  readHistory(mongo.db, new Date(Date.now() - HOUR_MS)).then(
    (samples) => poller.history.precede(samples.map(momentOfSample)),
    (error) => logger.warn('the history of the last hour can’t be read', { error }),
  );

  const line = async () => {
    await identity.require();
    return (await openLine(config, mongo.db, source)).line;
  };
  const checks = [
    { name: 'queue', check: () => queue.ping() },
    { name: 'mongo', check: () => pingMongo(mongo.db) },
  ];
  const health = { checks, registry: metrics.registry, signal };
  const server = await createDashboardServer({
    account,
    queue: queue.forBoard(),
    poller,
    readProcesses: () => queue.processes(),
    keys: {
      readKey: (key) => readKey(mongo.db, key),
      readSummaries: (keys) => readKeySummaries(mongo.db, keys),
      readPage: pages.readPage,
      countKeys: pages.countKeys,
      estimateKeys: pages.estimateKeys,
      nextRuns: (keys) => queue.schedulers.nextRuns(keys),
      explain: (state) => explainKey(config, mongo.db, state),
      readValues: keyValuesReader(config, { db: mongo.db, redis: source }),
      readActions: async (key) => (await readAudit(mongo.db, { key, limit: 10 })).entries,
    },
    letters: lettersOf(mongo.db, queue),
    records: recordsOf(mongo.db, username, config.records.auditKeepMs, logger),
    configuration: describeConfig(config),
    showValues: config.dashboard.showValues,
    grafanaUrl: config.dashboard.grafanaUrl,
    runAction: actionsOn({ db: mongo.db, queue, line }),
    health,
    readOnly,
    trustedProxies,
    basePath,
    logger,
  });
  closers.add('http', () => server.close());
  const address = await listen(server, { host, port, options: OPTIONS });
  const { host: healthHost, dashboardPort } = config.http;
  const open =
    dashboardPort === undefined
      ? undefined
      : await startHttp({ ...health, host: healthHost, port: dashboardPort, options: HEALTH_OPTIONS });
  if (open) closers.add('health', () => open.close());
  const servers = [
    { name: 'mongo', ask: () => pingMongo(mongo.db), leave: () => mongo.leave() },
    { name: 'queue', ask: () => queue.answer(), leave: () => queue.leave() },
  ];
  closers.add('servers that do not answer', () => disconnectSilent(servers, app));
  logger.info('dashboard started', { http: address, health: open?.address, username, readOnly });
  if (madeUp !== undefined) {
    const handedOver = await handOverPassword(username, madeUp, process.stderr);
    closers.add('password', () => handedOver.close());
    logger.info('no password is set: one was made up for this run', { where: handedOver.where });
  }
}

/** With fewer keys than this, any list is read fast enough. */
const FEW = 20_000;
/** The number of sampled keys, so that memory does not grow with the number of keys. */
const MOST = 4_096;

/** Samples the keys that the configuration chooses; samples none if there are fewer than FEW. */
function pickKeys(config: Config, source: ReturnType<typeof connectRedis>): () => Promise<SampledKeys> {
  const wanted = chosenKeys(config);
  return async () => await sampleKeys(source, wanted, { few: FEW, most: MOST });
}
