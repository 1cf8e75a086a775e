import {
  type AppContext,
  disconnectSilent,
  openTracing,
  type ReloadHandler,
  untilReady,
} from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { FleetIdentity, isFleetMismatch } from '@redis-to-mongo/fleet-status';
import { Claims, type JobWorker, queueTelemetry } from '@redis-to-mongo/job-queue';
import { ruleBook } from '@redis-to-mongo/key-types';
import { pingMongo, prepareDatabase } from '@redis-to-mongo/mongo-sink';
import { type Clients, openClients, sharedOptions, sliceOptions } from '@redis-to-mongo/operations';
import { asSyncError, type Line } from '@redis-to-mongo/pipeline';
import { trimStream } from '@redis-to-mongo/redis-source';
import { forgetLoop } from './forget-loop.js';
import { openHealth } from './open-health.js';
import { type OpenedLine, openLine } from './open-line.js';
import type { Readiness } from './readiness.js';
import { isUnused, RELOADABLE } from './reloadable.js';
import { openJobs } from './run-jobs.js';
import { trimAfterSync } from './trim-after-sync.js';

/**
 * Opens everything and starts the work. The app's closers close it.
 * @param at for crash tests: called when a step of the line is reached.
 * @returns the options that the worker applies while running.
 */
export async function runWorker(
  app: AppContext,
  config: Config,
  at?: Line['at'],
): Promise<ReloadHandler<Config>> {
  const { logger, closers, metrics, signal } = app;
  let current = config;
  let shared = sharedOptions('worker', config);

  const isTraced = await openTracing(app, 'worker', config.tracing.endpoint);
  const telemetry = isTraced ? await queueTelemetry() : undefined;
  const opening = { appName: 'redis-to-mongo worker', logger, closers, telemetry, writesTogether: true };
  const clients = openClients(config, opening);
  const { redis, reached, mongo, queue, onError } = clients;
  const { db } = mongo;
  const claims = new Claims(config.queue, onError('claims'));
  closers.add('claims', () => claims.close());
  const { readiness, guard, work, retries, http } = await openHealth(app, config, clients, () => shared);

  const { maxDocumentBytes } = await untilPrepared(app, config, clients, readiness);
  const rules = ruleBook(config.rules);
  const opened = await openLine(app, config, { clients, rules, maxDocumentBytes, isTraced, retries, at });
  const afterSync = trimAfterSync({
    optionsFor: (key) => rules.ruleFor(key, 'stream')?.trim ?? current.sync.trim,
    trim: (key, synced, options) => trimStream(redis, key, synced, options),
    ...{ metrics, logger },
  });
  const worker = openJobs(config, app, {
    ...{ line: opened.line, db, queue, claims, reached, guard, work, retries, telemetry, afterSync },
    slice: () => sliceOptions(current),
  });
  closers.add('servers that do not answer', () =>
    disconnectSilent(serversOf(clients, opened, worker, claims), app),
  );

  readiness.trouble = undefined;
  void worker.run().catch((error: unknown) => {
    readiness.trouble = error;
    logger.error('the worker has stopped pulling jobs', { error });
  });
  void forgetLoop({ db, rules, logger, signal, keepMs: () => current.values.goneKeysKeepMs });
  logger.info('worker started', { http: http.address, concurrency: config.worker.concurrency });
  return {
    options: RELOADABLE,
    isUnused,
    apply: async (next, changed) => {
      if (changed.has('RULES')) await prepareDatabase(db, next.rules);
      if (changed.has('RULES')) rules.replace(next.rules);
      opened.source.configure(next);
      worker.concurrency = next.worker.concurrency;
      current = next;
      shared = sharedOptions('worker', next);
    },
  };
}

/**
 * The connections to each server, for the stop: how to check that it answers, and how to end everything that
 * waits for it.
 */
function serversOf(
  { redis, mongo, queue }: Clients,
  { source, path }: OpenedLine,
  worker: JobWorker,
  claims: Claims,
): Parameters<typeof disconnectSilent>[0] {
  const leaveRedis = () => {
    redis.disconnect();
    path.leave?.();
  };
  const leaveQueue = () => {
    for (const each of [queue, worker, source]) each.leave();
    claims.close();
  };
  return [
    { name: 'redis', ask: () => redis.ping(), leave: leaveRedis },
    { name: 'mongo', ask: () => pingMongo(mongo.db), leave: () => mongo.leave() },
    { name: 'queue', ask: () => queue.answer(), leave: leaveQueue },
  ];
}

/**
 * Waits until source, queue and target answer, and the target has everything that the worker needs.
 * @returns what the target reports about itself.
 * @throws SyncError FLEET_MISMATCH if queue or target belong to another fleet.
 */
async function untilPrepared(
  { logger, signal, metrics }: Pick<AppContext, 'logger' | 'signal' | 'metrics'>,
  config: Pick<Config, 'redis' | 'rules'>,
  { redis, mongo, queue }: Pick<Clients, 'redis' | 'mongo' | 'queue'>,
  readiness: Readiness,
): ReturnType<typeof prepareDatabase> {
  const onTrouble = (error: unknown) => {
    readiness.trouble = error;
    metrics.errors.inc({ class: asSyncError(error).errorClass });
  };
  const waiting = { logger, signal, onTrouble, isFinal: isFleetMismatch };
  const identity = new FleetIdentity({ queue, db: mongo.db, source: redis, address: config.redis });
  await untilReady('source, queue and target', () => identity.confirm(), waiting);
  return await untilReady('MongoDB', () => prepareDatabase(mongo.db, config.rules), waiting);
}
