import { hash } from 'node:crypto';
import {
  type AppContext,
  createFleetMetrics,
  disconnectSilent,
  openTracing,
  ProcessWatch,
  type ReloadHandler,
  startHttp,
  untilReady,
} from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import { FleetIdentity, isFleetMismatch, targetIsShared } from '@redis-to-mongo/fleet-status';
import {
  deadAfterMsOf,
  type Heartbeat,
  HeartbeatSender,
  Lease,
  queueKeysBeginWith,
  queueTelemetry,
  SCHEDULER_LEASE,
} from '@redis-to-mongo/job-queue';
import { ruleBook } from '@redis-to-mongo/key-types';
import { COLLECTION_UNUSABLE, pingMongo, prepareDatabase } from '@redis-to-mongo/mongo-sink';
import { chosenKeys, openClients, sharedOptions } from '@redis-to-mongo/operations';
import { asSyncError, defined, type SyncError } from '@redis-to-mongo/pipeline';
import { redisError, serverError } from '@redis-to-mongo/redis-connection';
import { ActiveScheduler } from './active-scheduler.js';
import { ChangeIntake, type Choice } from './change-intake.js';
import { fleetGauges } from './fleet-gauges.js';
import { keepIdentity } from './keep-identity.js';
import { keepIndexes } from './kept-indexes.js';
import { Leadership } from './leadership.js';
import { runLoops } from './run-loops.js';
import { sampleKeeper } from './sample-keeper.js';
import { SearchRecord } from './search-record.js';
import { WakeUp } from './wake-up.js';

/**
 * The options that a running scheduler applies on a reload. The active scheduler restarts its work with them.
 */
const RELOADABLE = [
  'RULES',
  'KEY_INCLUDE',
  'KEY_EXCLUDE',
  'SYNC_INTERVAL_SEC',
  'IDLE_INTERVAL_SEC',
  'CHANGE_FEED',
] as const;

/** Options that a scheduler does not use: those of reads, slices and trimming, or another app's own. */
const UNUSED =
  /^(MESSAGES_PER_STREAM$|READ_|SOURCE_BYTES_PER_SEC$|SLICE_|TRIM_|TAIL_STREAMS$|VALUE_|GONE_|MEMBERSHIP_HISTORY$|WRITE_BATCH_|WORKER_|DASHBOARD_)/;

/**
 * Opens everything and starts the work. The app's closers close it.
 * @returns the options that it applies while running.
 */
export async function runScheduler(app: AppContext, config: Config): Promise<ReloadHandler<Config>> {
  const { logger, closers, metrics, signal } = app;
  const isTraced = await openTracing(app, 'scheduler', config.tracing.endpoint);
  const telemetry = isTraced ? await queueTelemetry() : undefined;
  const servers = openClients(config, {
    appName: 'redis-to-mongo scheduler',
    ...{ logger, closers, telemetry },
  });
  const { redis, reached, mongo, queue, onError } = servers;
  // The lease ends a little before its holder counts as dead.
  const leaseMs = Math.round(0.9 * deadAfterMsOf(config.queue));
  const lease = new Lease(config.queue, SCHEDULER_LEASE, leaseMs, onError('lease'));
  closers.add('lease', () => lease.close());

  let mismatch: SyncError | undefined;
  let sharedTarget: SyncError | undefined;
  let targetCode: string | undefined;
  const http = await startHttp({
    host: config.http.host,
    port: config.http.schedulerPort,
    registry: metrics.registry,
    checks: [
      ...servers.checks,
      {
        name: 'fleet',
        check: async () => {
          if (mismatch ?? sharedTarget) throw mismatch ?? sharedTarget;
        },
      },
    ],
  });
  closers.add('http', () => http.close());
  logger.info('scheduler started', { http: http.address, intervalMs: config.sync.intervalMs });

  const identity = new FleetIdentity({ queue, db: mongo.db, source: redis, address: config.redis });
  const onTrouble = (error: unknown) => metrics.errors.inc({ class: asSyncError(error).errorClass });
  const waiting = { logger, signal, onTrouble, isFinal: isFleetMismatch };
  await untilReady('source, queue and target', () => identity.confirm(), waiting);

  let { keys, sync } = config;
  let shared = sharedOptions('scheduler', config);
  const rules = ruleBook(config.rules);
  const fleet = createFleetMetrics(metrics.registry);
  const search = new SearchRecord();
  const [wakeUp, sweepWakeUp] = [new WakeUp(), new WakeUp()];
  const wanted = () => chosenKeys({ keys, queue: config.queue });
  const choice = (): Choice => ({ isOn: sync.changeFeed, include: keys.include, wanted: wanted() });
  const intake = new ChangeIntake(
    {
      address: config.redis,
      ...{ redis, queue, ownPrefix: Buffer.from(queueKeysBeginWith(config.queue)) },
      isTailed: (key) => leadership.active?.isTailed(key) ?? false,
      onAdd: () => leadership.active?.notify(),
      onComplete: () => logger.info('standing by: no change is missed, so a takeover needs no sweep'),
      onMissed: () => sweepWakeUp.wake(),
      onState: (state) => {
        logger.log(state.is === 'refused' ? 'warn' : 'info', FEED_STATES[state.is], { ...state });
        sweepWakeUp.wake();
      },
      onError: (error) => logger.warn('change feed: connection trouble', { error: redisError(error) }),
    },
    choice(),
  );
  closers.add('change feed', () => intake.close());
  const leadership: Leadership<ActiveScheduler> = new Leadership({
    lease,
    leaseMs,
    signal,
    open: () =>
      new ActiveScheduler({
        ...{ redis, queue, rules, db: mongo.db },
        ...{ buffer: intake.buffer, missed: intake.missed, feed: () => intake.state },
        basis: () => ({ servers: reached.facts.servers, options: shared }),
        wanted: wanted(),
        types: config.keys.types,
        scope: scopeOf(keys.include, keys.exclude, config.keys.types, sync.idleIntervalMs, rules.rules),
        intervalMs: sync.intervalMs,
        idleIntervalMs: sync.idleIntervalMs,
        prepareTarget: () => prepareDatabase(mongo.db, rules.rules),
        onCounted: (isShared) => {
          if (isShared && !sharedTarget)
            logger.error('another fleet writes to this database: stop one of them', {
              error: targetIsShared(mongo.db),
            });
          sharedTarget = isShared ? targetIsShared(mongo.db) : undefined;
        },
        onReread: (reason, keys) =>
          logger.warn('MongoDB has lost records: their keys are read from the start', { reason, keys }),
        onError: (cause) => {
          const error = serverError(cause);
          search.noteFailure(error);
          logger.warn('changes could not be requested; they will be retried', { error });
        },
      }),
    onChange: (state) => {
      const isActive = state === 'active';
      logger.log(state === 'without lease' ? 'warn' : 'info', LEADERSHIP_STATES[state]);
      search.clear();
      sharedTarget = undefined;
      targetCode = undefined;
      if (!isActive) fleet.clear();
      wakeUp.wake();
      sweepWakeUp.wake();
    },
    onError: (error) => {
      intake.missed.note('the queue did not answer');
      logger.warn('the lease could not be held', { error: serverError(error) });
    },
  });
  closers.add('leadership', () => leadership.close());
  const loops = runLoops(app, leadership, {
    ...{ wakeUp, sweepWakeUp, search },
    setGauges: fleetGauges({
      ...{ metrics: fleet, redis, queue, db: mongo.db, identity },
      keepSample: sampleKeeper(mongo.db, () => config.records.historyKeepMs),
    }),
    keepIndexes: async () => {
      let code: string | undefined;
      try {
        await keepIndexes({ db: mongo.db, rules, logger });
      } catch (error) {
        ({ code } = asSyncError(error));
        throw error;
      } finally {
        targetCode = code === COLLECTION_UNUSABLE ? code : undefined;
      }
    },
    standBy: () => intake.standBy(),
  });
  closers.add('loops', () => loops);
  const kept = keepIdentity({
    ...{ identity, signal, logger },
    isActive: () => leadership.active !== undefined,
    onMismatch: (error) => {
      mismatch = error;
    },
  });
  closers.add('identity', () => kept);
  const watch = new ProcessWatch();
  closers.add('process watch', () => watch.close());
  const heart = new HeartbeatSender(
    queue,
    () => ({
      ...(leadership.active
        ? { ...search.heartbeat(), ...troubleOf(mismatch, sharedTarget?.code ?? targetCode) }
        : { app: 'scheduler', state: 'standby' }),
      changes: { ...intake.heard, ...defined({ everyMs: leadership.active?.pollPeriodMs }) },
      about: watch.read(),
      options: shared,
      source: reached.facts,
    }),
    (error) => logger.debug('a heartbeat could not be sent', { error: serverError(error) }),
  );
  closers.add('heart', () => heart.close());
  const silent = [
    { name: 'redis', ask: () => redis.ping(), leave: () => redis.disconnect() },
    { name: 'mongo', ask: () => pingMongo(mongo.db), leave: () => mongo.leave() },
    {
      name: 'queue',
      ask: () => queue.answer(),
      leave: () => {
        queue.leave();
        lease.leave();
      },
    },
  ];
  closers.add('servers that do not answer', () => disconnectSilent(silent, app));
  return {
    options: RELOADABLE,
    isUnused: (option) => UNUSED.test(option),
    apply: async (next) => {
      ({ keys, sync } = next);
      shared = sharedOptions('scheduler', next);
      rules.replace(next.rules);
      await intake.choose(choice());
      await leadership.reopen();
      sweepWakeUp.wake();
    },
  };
}

/** Identifies a sweep's scope: the chosen keys, and the intervals of their job schedulers. */
function scopeOf(...parts: readonly unknown[]): string {
  return hash('sha1', JSON.stringify(parts), 'hex');
}

const LEADERSHIP_STATES = {
  active: 'this scheduler is the active one',
  standby: 'standing by: another scheduler is active',
  'without lease':
    'this scheduler is no longer active: it could not renew its lease in the queue’s Redis; it tries again',
} as const;

const FEED_STATES = {
  listening: 'change feed: Redis reports every change',
  connecting: 'change feed: connecting',
  refused: 'change feed: Redis refuses to report changes; all keys are polled every SYNC_INTERVAL_SEC',
  off: 'change feed: off; all keys are polled every SYNC_INTERVAL_SEC',
} as const;

/** What the heartbeat of the active scheduler says of its errors that are not of the search. */
function troubleOf(
  mismatch: SyncError | undefined,
  other: string | undefined,
): Pick<Heartbeat, 'code' | 'why'> {
  return mismatch ? { code: mismatch.code, why: mismatch.message } : defined({ code: other });
}
