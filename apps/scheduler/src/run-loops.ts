import type { AppContext } from '@redis-to-mongo/app-shell';
import { asSyncError } from '@redis-to-mongo/pipeline';
import type { ActiveScheduler } from './active-scheduler.js';
import type { Leadership } from './leadership.js';
import { logHiddenKeys } from './log-hidden-keys.js';
import { repeatUntil } from './repeat-until.js';
import type { SearchRecord } from './search-record.js';

/** How often a standby checks whether it has become the active one, in ms. */
const STANDBY_MS = 250;
const UPKEEP_MS = 1_000;
/** How often the scheduler checks whether a sweep is due, in ms. */
const SWEEP_MS = 100;
const GAUGES_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

export interface LoopOptions {
  /** SYNC_INTERVAL_SEC now, in ms: it may change while the loops run. */
  readonly intervalMs: () => number;
  /** Called when no sweep is due, when one has ended well, or failed. */
  readonly search: Pick<SearchRecord, 'noteWell' | 'noteFailure'>;
  /** Tells the metrics about the whole fleet; answers how long to wait until the next time, in ms. */
  readonly setGauges: () => Promise<number>;
  /** What a standby does meanwhile. */
  readonly standBy: () => Promise<void>;
}

/** Runs the loops of the active scheduler, each at its own interval, until the app stops. */
export async function runLoops(
  { logger, metrics, signal }: AppContext,
  leadership: Leadership<ActiveScheduler>,
  { intervalMs, search, setGauges, standBy }: LoopOptions,
): Promise<void> {
  const onError = (what: string) => (error: unknown) => {
    metrics.errors.inc({ class: asSyncError(error).errorClass });
    logger.error(`${what} failed; it is tried again`, { error });
  };
  const loop = (
    what: string,
    everyMs: () => number,
    turn: (active: ActiveScheduler) => Promise<number | undefined>,
    onFailed?: (error: unknown) => void,
  ) => {
    let failed = false;
    return repeatUntil(
      signal,
      () => (failed ? Math.max(AFTER_ERROR_MS, everyMs()) : leadership.active ? everyMs() : STANDBY_MS),
      async () => {
        const { active } = leadership;
        const waitMs = active ? await turn(active) : undefined;
        failed = false;
        return waitMs;
      },
      (error) => {
        failed = true;
        onFailed?.(error);
        onError(what)(error);
      },
    );
  };

  const logHidden = logHiddenKeys(logger);
  const sweep = async (active: ActiveScheduler) => {
    const turn = await active.sweepIfDue((until) => search.noteWell(until));
    if (!turn) return undefined;
    const { byType, isPoll, ...report } = turn;
    metrics.keys.reset();
    for (const [type, count] of byType) metrics.keys.set({ key_type: type }, count);
    logHidden(byType);
    const hasFound = !isPoll || report.scheduled + report.unscheduled + report.gone > 0;
    logger.log(hasFound ? 'info' : 'debug', report.isWhole ? 'sweep done' : 'sweep ended early', {
      ...report,
    });
    return undefined;
  };
  const upkeep = async (active: ActiveScheduler) => {
    const report = await active.upkeep();
    const { paused, ...counts } = report;
    if (Object.values(counts).some((count) => count > 0)) logger.debug('upkeep', counts);
    return undefined;
  };

  await Promise.all([
    loop(
      'a sweep',
      () => Math.min(SWEEP_MS, intervalMs()),
      sweep,
      (error) => search.noteFailure(error),
    ),
    loop('upkeep', () => UPKEEP_MS, upkeep),
    loop('reading of the fleet’s state', () => GAUGES_MS, setGauges),
    repeatUntil(
      signal,
      () => UPKEEP_MS,
      async () => {
        if (!leadership.active) await standBy();
        return undefined;
      },
      onError('standing by'),
    ),
  ]);
}
