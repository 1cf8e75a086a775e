import type { AppContext, Logger } from '@redis-to-mongo/app-shell';
import type { SyncError } from '@redis-to-mongo/pipeline';
import { serverError } from '@redis-to-mongo/redis-connection';
import { HIDDEN_TYPE } from '@redis-to-mongo/redis-source';
import type { ActiveScheduler } from './active-scheduler.js';
import { KEEP_INDEXES_EVERY_MS } from './kept-indexes.js';
import type { Leadership } from './leadership.js';
import { repeatUntil } from './repeat-until.js';
import type { SearchRecord } from './search-record.js';
import type { WakeUp } from './wake-up.js';

/** Also the wait of a standby, unless it becomes active, in ms. */
const UPKEEP_MS = 1_000;
const GAUGES_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

export interface LoopOptions {
  /** Woken when the active scheduler changes. */
  readonly wakeUp: WakeUp;
  /** Woken when the active scheduler changes, and when a sweep may be due. */
  readonly sweepWakeUp: WakeUp;
  /** Told when no sweep is due, when a sweep has ended well, and when a sweep or the upkeep has failed. */
  readonly search: Pick<SearchRecord, 'noteWell' | 'noteFailure'>;
  /** Sets the metrics about the whole fleet. Returns the wait until the next call, in ms. */
  readonly setGauges: (active: ActiveScheduler) => Promise<number>;
  /** Ensures that the target has its indexes. */
  readonly keepIndexes: () => Promise<void>;
  /** Runs on a standby, in place of the upkeep. */
  readonly standBy: () => Promise<void>;
}

/** Runs the loops of the active scheduler, each at its own interval, until the app stops. */
export async function runLoops(
  { logger, metrics, signal }: AppContext,
  leadership: Leadership<ActiveScheduler>,
  { wakeUp, sweepWakeUp, search, setGauges, keepIndexes, standBy }: LoopOptions,
): Promise<void> {
  const onError = (what: string) => (error: SyncError) => {
    metrics.errors.inc({ class: error.errorClass });
    logger.error(`${what} failed; it is tried again`, { error });
  };
  const loop = (
    what: string,
    everyMs: number,
    turn: (active: ActiveScheduler) => Promise<number | undefined>,
    { standsBy, onFailed, woken = wakeUp }: TurnOptions = {},
  ) =>
    repeatUntil(
      signal,
      () => Math.max(AFTER_ERROR_MS, everyMs),
      async () => {
        const { active } = leadership;
        if (!active) {
          await standsBy?.();
          return UPKEEP_MS;
        }
        return (await turn(active)) ?? everyMs;
      },
      (thrown) => {
        const error = serverError(thrown);
        onFailed?.(error);
        onError(what)(error);
      },
      woken,
    );

  const logHidden = logHiddenKeys(logger);
  const sweep = async (active: ActiveScheduler) => {
    const turn = await active.sweepIfDue((until) => search.noteWell(until));
    if (!turn) return active.sweepWaitMs;
    const { byType, isPoll, isRoutine, ...report } = turn;
    metrics.sweeps.inc({ cause: isRoutine ? 'routine' : 'missed' });
    metrics.keys.reset();
    for (const [type, count] of byType) metrics.keys.set({ key_type: type }, count);
    logHidden(byType);
    const hasFound = !isPoll || report.scheduled + report.unscheduled + report.gone > 0;
    logger.log(hasFound ? 'info' : 'debug', report.isWhole ? 'sweep done' : 'sweep ended early', {
      ...report,
    });
    return active.sweepWaitMs;
  };
  const upkeep = async (active: ActiveScheduler) => {
    const report = await active.upkeep();
    const { paused, ...counts } = report;
    if (Object.values(counts).some((count) => count > 0)) logger.debug('upkeep', counts);
    return undefined;
  };
  // At the start, workers create the indexes.
  let indexesAt = performance.now() + KEEP_INDEXES_EVERY_MS;
  const indexes = async () => {
    if (performance.now() < indexesAt) return undefined;
    indexesAt = performance.now() + KEEP_INDEXES_EVERY_MS;
    await keepIndexes();
    return undefined;
  };

  const onFailed = (error: SyncError) => search.noteFailure(error);
  await Promise.all([
    loop('a sweep', AFTER_ERROR_MS, sweep, { onFailed, woken: sweepWakeUp }),
    loop('upkeep', UPKEEP_MS, upkeep, { onFailed, standsBy: standBy }),
    loop('reading of the fleet’s state', GAUGES_MS, setGauges),
    loop('a check of the indexes', GAUGES_MS, indexes),
  ]);
}

interface TurnOptions {
  /** Runs in place of a turn while another scheduler is active. */
  readonly standsBy?: () => Promise<void>;
  readonly onFailed?: (error: SyncError) => void;
  readonly woken?: WakeUp;
}

/** Logs the number of keys that the user of the source may not read: once, and again when it changes. */
function logHiddenKeys(logger: Logger): (byType: ReadonlyMap<string, number>) => void {
  let logged = 0;
  return (byType) => {
    const keys = byType.get(HIDDEN_TYPE) ?? 0;
    if (keys > 0 && keys !== logged)
      logger.warn(
        'keys are skipped, because the Redis user may not read them: see the ACL in docs/operations.md',
        {
          keys,
        },
      );
    logged = keys;
  };
}
