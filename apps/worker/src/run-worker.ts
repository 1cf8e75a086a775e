import {
  type AppContext,
  disconnectSilent,
  openTracing,
  type ReloadHandler,
  startHttp,
  untilReady,
} from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { FleetIdentity, isFleetMismatch } from '@redis-to-mongo/fleet-status';
import { Claims, queueTelemetry } from '@redis-to-mongo/job-queue';
import { ruleBook } from '@redis-to-mongo/key-types';
import { pingMongo, prepareDatabase } from '@redis-to-mongo/mongo-sink';
import { openClients, sliceOptions } from '@redis-to-mongo/operations';
import { ByteBudget, type Line, SyncError } from '@redis-to-mongo/pipeline';
import { trimStream } from '@redis-to-mongo/redis-source';
import { CircuitBreaker } from './circuit-breaker.js';
import { forgetLoop } from './forget-loop.js';
import { openDirectPath } from './open-direct-path.js';
import { openHeartbeat } from './open-heartbeat.js';
import { openSink } from './open-sink.js';
import { openSource } from './open-source.js';
import { Readiness } from './readiness.js';
import { RELOADABLE } from './reloadable.js';
import { openJobs } from './run-jobs.js';
import { trimAfterSync } from './trim-after-sync.js';
import { WorkMeter } from './work-meter.js';

/**
 * Opens, runs until the app is told to stop, and leaves the closing to the app's closers.
 * @returns what it takes over while running.
 * @param at for crash tests: told when a step of the line is reached.
 */
export async function runWorker(
  app: AppContext,
  config: Config,
  at?: Line['at'],
): Promise<ReloadHandler<Config>> {
  const { logger, closers, metrics, signal } = app;
  let current = config;

  const isTraced = await openTracing(app, 'worker', config.tracing.endpoint);
  const telemetry = isTraced ? await queueTelemetry() : undefined;
  const opening = { appName: 'redis-to-mongo worker', logger, closers, telemetry, writesTogether: true };
  const servers = openClients(config, opening);
  const { redis, mongo, queue, onError } = servers;
  const claims = new Claims(config.queue, onError('claims'));
  closers.add('claims', () => claims.close());

  const probe = async () => {
    for (const { check } of servers.checks) await check();
  };
  const guard = new CircuitBreaker({ logger, signal, probe });
  const readiness = new Readiness(guard);
  const work = new WorkMeter();
  const { host, workerPort: port } = config.http;
  const checks = [...servers.checks, ...readiness.checks];
  const http = await startHttp({ host, port, registry: metrics.registry, checks });
  closers.add('http', () => http.close());
  openHeartbeat(app, queue, readiness, work);

  const rules = ruleBook(config.rules);
  const onTrouble = (error: unknown) => {
    readiness.trouble = error;
    metrics.errors.inc({ class: error instanceof SyncError ? error.errorClass : 'unknown' });
  };
  const waiting = { logger, signal, onTrouble, isFinal: isFleetMismatch };
  const identity = new FleetIdentity({ queue, db: mongo.db, source: redis, address: config.redis });
  await untilReady('source, queue and target', () => identity.confirm(), waiting);
  const prepare = () => prepareDatabase(mongo.db, current.rules);
  const { maxDocumentBytes } = await untilReady('MongoDB', prepare, waiting);

  const path = await openDirectPath(config, app);
  const reading = { redis, rules, direct: path.direct, onError: onError('load limit') };
  const source = openSource(config, app, reading);
  const writing = { db: mongo.db, at, maxDocumentBytes, newSequence: path.newSequence };
  const untraced: Line = {
    source: source.source,
    sink: openSink(config, app, writing),
    separator: config.keys.separator,
    rules,
    budget: new ByteBudget(config.sync.readAheadBytes),
    now: () => new Date(),
    ...(at ? { at } : {}),
  };
  const line = isTraced ? (await import('./traced-line.js')).tracedLine(untraced) : untraced;

  const afterSync = trimAfterSync({
    optionsFor: (key) => rules.ruleFor(key, 'stream')?.trim ?? current.sync.trim,
    trim: (key, syncedId, options) => trimStream(redis, key, syncedId, options),
    ...{ metrics, logger },
  });
  const worker = openJobs(config, app, {
    ...{ line, db: mongo.db, queue, claims, guard, work, telemetry, afterSync },
    slice: () => sliceOptions(current),
    onError: onError('queue'),
  });
  const leaveRedis = () => {
    redis.disconnect();
    path.leave?.();
  };
  const leaveQueue = () => {
    for (const each of [queue, worker, source]) each.leave();
    claims.close();
  };
  const silent = [
    { name: 'redis', ask: () => redis.ping(), leave: leaveRedis },
    { name: 'mongo', ask: () => pingMongo(mongo.db), leave: () => mongo.leave() },
    { name: 'queue', ask: () => queue.answer(), leave: leaveQueue },
  ];
  closers.add('servers that do not answer', () => disconnectSilent(silent, app));

  readiness.trouble = undefined;
  void worker.run().catch((error: unknown) => {
    readiness.trouble = error;
    logger.error('the worker has stopped pulling jobs', { error });
  });
  const keepMs = () => current.values.goneKeysKeepMs;
  void forgetLoop({ db: mongo.db, rules, logger, signal, keepMs });
  logger.info('worker started', { http: http.address, concurrency: config.worker.concurrency });
  return {
    options: RELOADABLE,
    apply: async (next, changed) => {
      if (changed.has('RULES')) await prepareDatabase(mongo.db, next.rules);
      if (changed.has('RULES')) rules.replace(next.rules);
      source.configure(next);
      worker.concurrency = next.worker.concurrency;
      current = next;
    },
  };
}
