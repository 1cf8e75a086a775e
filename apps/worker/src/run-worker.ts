import {
  type AppContext,
  leaveSilent,
  ProcessWatch,
  startHttp,
  startTracing,
  type TakeOver,
  untilReady,
} from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { FleetIdentity, isFleetMismatch } from '@redis-to-mongo/fleet-status';
import {
  Claims,
  Heart,
  type Heartbeat,
  JobQueue,
  JobWorker,
  LoadLimit,
  queueTelemetry,
} from '@redis-to-mongo/job-queue';
import { connectMongo, mongoSink, pingMongo, prepareDatabase, recordError } from '@redis-to-mongo/mongo-sink';
import { ByteBudget, type Line, RuleBook, SyncError } from '@redis-to-mongo/pipeline';
import { confirmServer, connectRedis, redisError, writeTogether } from '@redis-to-mongo/redis-connection';
import { redisSource, trimStream } from '@redis-to-mongo/redis-source';
import { BackfillLog } from './backfill-log.js';
import { forgetLoop } from './forget-loop.js';
import { JobAccount } from './job-account.js';
import { limitedSource } from './limited-source.js';
import { openDirectPath } from './open-direct-path.js';
import { recordOnKey } from './record-on-key.js';
import { syncJob } from './sync-job.js';
import { openTailer } from './tail/open-tailer.js';
import { TargetGuard } from './target-guard.js';
import { timedSink, timedSource } from './timed-line.js';
import { trimAfterSync } from './trim-after-sync.js';
import { WorkMeter } from './work-meter.js';

/** Transient errors are repeated inside the job for this long, then the job fails and comes again. */
const RETRY = { baseMs: 100, capMs: 5_000, forMs: 60_000 } as const;

/** What a worker takes over of a configuration that is read again: the next job of each key goes by it. */
const TAKEN_OVER = [
  'RULES',
  'MESSAGES_PER_STREAM',
  'READ_BYTES',
  'SOURCE_BYTES_PER_SEC',
  'SLICE_ENTRIES',
  'SLICE_BYTES',
  'SLICE_MS',
  'TRIM_MODE',
  'TRIM_KEEP_ENTRIES',
  'TRIM_KEEP_SEC',
  'WORKER_CONCURRENCY',
  'GONE_KEYS_KEEP_SEC',
] as const;

/**
 * Opens, runs until the app is told to stop, and leaves the closing to the app's closers.
 * @returns what it takes over while running.
 * @param at for crash tests: told when a step of the line is reached.
 */
export async function runWorker(app: AppContext, config: Config, at?: Line['at']): Promise<TakeOver<Config>> {
  const { logger, closers, metrics, signal } = app;
  const onError = (server: string) => (error: Error) =>
    logger.warn(`${server}: connection trouble`, {
      error: redisError(error, server === 'redis' ? 'source' : 'queue'),
    });

  const { endpoint } = config.tracing;
  if (endpoint) {
    const onError = (error: unknown) => logger.warn('the last spans could not be sent', { error });
    closers.add('tracing', await startTracing({ app: 'worker', endpoint, onError }));
  }
  const telemetry = endpoint ? await queueTelemetry() : undefined;
  const redis = writeTogether(connectRedis(config.redis, onError('redis')));
  closers.add('redis', () => redis.disconnect());
  const mongo = connectMongo(config.mongo, 'redis-to-mongo worker');
  closers.add('mongo', () => mongo.close());
  const queue = new JobQueue(config.queue, onError('queue'), telemetry);
  closers.add('queue', () => queue.close());
  const claims = new Claims(config.queue, onError('claims'));
  closers.add('claims', () => claims.close());

  const probe = async () => {
    await confirmServer(redis);
    await queue.ping();
    await pingMongo(mongo.db);
  };
  let guard: TargetGuard | undefined;
  let unready: unknown = new SyncError('STARTING', 'transient', 'the worker has not begun to pull jobs yet');
  const http = await startHttp({
    host: config.http.host,
    port: config.http.workerPort,
    registry: metrics.registry,
    checks: [
      { name: 'redis', check: () => confirmServer(redis) },
      { name: 'mongo', check: () => pingMongo(mongo.db) },
      { name: 'queue', check: () => queue.ping() },
      {
        name: 'configuration',
        check: async () => {
          if (guard?.reason) throw guard.reason;
        },
      },
      {
        name: 'work',
        check: async () => {
          if (unready) throw unready;
        },
      },
    ],
  });
  closers.add('http', () => http.close());
  const work = new WorkMeter();
  const watch = new ProcessWatch();
  closers.add('process watch', () => watch.close());
  const heart = new Heart(
    queue,
    () => {
      const heartbeat = workerHeartbeat(guard?.reason ?? unready);
      return heartbeat && { ...heartbeat, about: watch.read(), work: work.read() };
    },
    (error) => logger.debug('a heartbeat could not be told', { error: redisError(error) }),
  );
  closers.add('heart', () => heart.close());

  const rules = new RuleBook(config.rules);
  const onTrouble = (error: unknown) => {
    unready = error;
    metrics.errors.inc({ class: error instanceof SyncError ? error.errorClass : 'unknown' });
  };
  const identity = new FleetIdentity({ queue, db: mongo.db, source: redis, address: config.redis });
  const waiting = { logger, signal, onTrouble, isFinal: isFleetMismatch };
  await untilReady('source, queue and target', () => identity.confirm(), waiting);
  const { maxDocumentBytes } = await untilReady(
    'MongoDB',
    () => prepareDatabase(mongo.db, rules.rules),
    waiting,
  );
  const { direct, newSequence, leave } = await openDirectPath(config, app);
  const sink = mongoSink(mongo.db, {
    batchEntries: config.mongo.writeBatchEntries,
    batchBytes: config.mongo.writeBatchBytes,
    maxDocumentBytes,
    newSequence,
    onDeadLetters: async ([first]) => {
      if (first) await at?.('after-dead-letter', first.document.stream);
    },
    retry: {
      ...RETRY,
      signal,
      onRetry: (error, attempt, waitMs) => {
        metrics.errors.inc({ class: error.errorClass });
        logger.warn('MongoDB: tried again', { error, attempt, waitMs: Math.round(waitMs) });
      },
    },
  });
  const reads = { ...config.sync, ...config.values, rules, direct };
  const unlimited = redisSource(redis, config.keys.types, reads);
  const openLimit = (bytesPerSec: number) =>
    bytesPerSec > 0 ? new LoadLimit(config.queue, bytesPerSec, signal, onError('load limit')) : undefined;
  let limit = openLimit(config.sync.sourceBytesPerSec);
  closers.add('load limit', () => limit?.close());
  const source = limitedSource(unlimited, () => limit);
  const untraced: Line = {
    source: timedSource(source, metrics),
    sink: timedSink(sink, metrics),
    separator: config.keys.separator,
    rules,
    budget: new ByteBudget(config.sync.readAheadBytes),
    now: () => new Date(),
    ...(at ? { at } : {}),
  };
  const line = endpoint ? (await import('./traced-line.js')).tracedLine(untraced) : untraced;

  guard = new TargetGuard({
    logger,
    signal,
    probe,
    pause: () => worker.pause(),
    resume: () => worker.resume(),
  });
  let { sync } = config;
  const afterSync = trimAfterSync({
    optionsFor: (key) => rules.ruleFor(key, 'stream')?.trim ?? sync.trim,
    trim: (key, syncedId, options) => trimStream(redis, key, syncedId, options),
    metrics,
    logger,
  });
  const record = (key: string, error: SyncError) =>
    recordOnKey(untraced, (...args) => recordError(mongo.db, ...args), key, error);
  const backfills = new BackfillLog(logger);
  const account = new JobAccount({ guard, metrics, logger, backfills, work, recordError: record });
  const onFailed = (key: string | undefined, error: Error) =>
    logger.error('a job failed; it comes again', { key, error });
  const tailer = openTailer(config, app, { line, claims, queue, account, afterSync, onFailed });
  const slice = () => ({ entries: sync.sliceEntries, bytes: sync.sliceBytes, ms: sync.sliceMs });
  const run = syncJob({
    ...{ line, claims, queue, account, tailer, metrics, logger, slice, afterSync },
    recordError: record,
  });
  const worker = new JobWorker(config.queue, (keys) => work.during(() => run(keys)), {
    concurrency: config.worker.concurrency,
    telemetry,
    onError: onError('queue'),
    onRefused: (error) => guard?.trip(error),
    retryLater: (keys) => queue.retryLater(keys),
    onFailed,
  });
  closers.add('worker', () => worker.close());
  const leaveSource = () => {
    redis.disconnect();
    leave?.();
  };
  const leaveQueue = () => {
    queue.leave();
    worker.leave();
    claims.close();
    limit?.close();
  };
  const servers = [
    { name: 'redis', ask: () => redis.ping(), leave: leaveSource },
    { name: 'mongo', ask: () => pingMongo(mongo.db), leave: () => mongo.leave() },
    { name: 'queue', ask: () => queue.answer(), leave: leaveQueue },
  ];
  closers.add('servers that do not answer', () => leaveSilent(servers, app));
  unready = undefined;
  void worker.run().catch((error: unknown) => {
    unready = error;
    logger.error('the worker has stopped pulling jobs', { error });
  });
  let { values } = config;
  void forgetLoop({ db: mongo.db, rules, logger, signal, keepMs: () => values.goneKeysKeepMs });
  logger.info('worker started', { http: http.address, concurrency: config.worker.concurrency });
  return {
    options: TAKEN_OVER,
    take: async (next, changed) => {
      if (changed.has('RULES')) {
        await prepareDatabase(mongo.db, next.rules);
        rules.replace(next.rules);
      }
      if (changed.has('SOURCE_BYTES_PER_SEC')) {
        limit?.close();
        limit = openLimit(next.sync.sourceBytesPerSec);
      }
      worker.concurrency = next.worker.concurrency;
      sync = next.sync;
      values = next.values;
      reads.readEntries = sync.readEntries;
      reads.readBytes = sync.readBytes;
    },
  };
}

/** One that waits for its servers is no worker yet, unless it waits for a setting to be mended. */
function workerHeartbeat(trouble: unknown): Heartbeat | undefined {
  if (!trouble) return { app: 'worker', state: 'active' };
  if (!(trouble instanceof SyncError) || trouble.errorClass !== 'configuration') return undefined;
  return { app: 'worker', state: 'paused', code: trouble.code };
}
