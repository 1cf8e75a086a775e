import type { AppContext } from '@redis-to-mongo/app-shell';
import { SyncError } from '@redis-to-mongo/pipeline';
import type { ActiveScheduler } from './active-scheduler.js';
import type { Leadership } from './leadership.js';
import { repeatUntil } from './repeat-until.js';
import { tellHiddenKeys } from './tell-hidden-keys.js';

/** A standby looks so often whether it has become the active one, in ms. */
const STANDBY_MS = 250;
const ADJUST_MS = 5_000;
const AFTER_ERROR_MS = 1_000;
/** However long the next discovery is away, one that begins anew is noticed within this, in ms. */
const LOOK_MS = 1_000;

export interface LoopOptions {
  /** As they are now: they may change while the loops run. */
  readonly intervals: () => { readonly discoveryIntervalMs: number; readonly intervalMs: number };
  /** Told how each search for keys ended: how long it waits until the next one at most, in ms, or the error. */
  readonly onSearch: (end: { readonly everyMs: number } | { readonly error: unknown }) => void;
  /** Tells the metrics about the whole fleet; answers how long to wait until the next time, in ms. */
  readonly setGauges: () => Promise<number>;
}

/** Does what the active scheduler has to do, each thing at its own pace, until the app is told to stop. */
export async function runLoops(
  { logger, metrics, signal }: AppContext,
  leadership: Leadership<ActiveScheduler>,
  { intervals, onSearch, setGauges }: LoopOptions,
): Promise<void> {
  const loop = (
    what: string,
    everyMs: () => number,
    turn: (active: ActiveScheduler) => Promise<number | undefined>,
    onFailed?: (error: unknown) => void,
  ) => {
    let failed = false;
    return repeatUntil(
      signal,
      () => (failed ? Math.min(AFTER_ERROR_MS, everyMs()) : leadership.active ? everyMs() : STANDBY_MS),
      async () => {
        const { active } = leadership;
        const waitMs = active ? await turn(active) : undefined;
        failed = false;
        return waitMs;
      },
      (error) => {
        failed = true;
        onFailed?.(error);
        metrics.errors.inc({ class: error instanceof SyncError ? error.errorClass : 'unknown' });
        logger.error(`${what} failed; it is tried again`, { error });
      },
    );
  };

  const tellHidden = tellHiddenKeys(logger);
  let last: ActiveScheduler | undefined;
  let dueAt = 0;
  const discover = async (active: ActiveScheduler) => {
    const earlyMs = dueAt - performance.now();
    if (active === last && earlyMs > 0) return Math.min(earlyMs, LOOK_MS);
    const { byType, restMs, ...report } = await active.pass();
    metrics.keys.reset();
    for (const [type, count] of byType) metrics.keys.set({ key_type: type }, count);
    tellHidden(byType);
    const changed = report.scheduled + report.unscheduled + report.gone + report.repaired > 0;
    logger.log(changed ? 'info' : 'debug', 'discovery pass', { ...report });
    last = active;
    const everyMs = Math.max(intervals().discoveryIntervalMs, restMs);
    onSearch({ everyMs });
    dueAt = performance.now() + everyMs;
    return Math.min(dueAt - performance.now(), LOOK_MS);
  };

  await Promise.all([
    loop(
      'discovery',
      () => LOOK_MS,
      discover,
      (error) => onSearch({ error }),
    ),
    loop(
      'upkeep',
      () => Math.min(1_000, Math.max(100, intervals().intervalMs)),
      (active) => active.upkeep(),
    ),
    loop(
      'adjusting of intervals',
      () => ADJUST_MS,
      (active) => active.adjust(),
    ),
    loop(
      'checking of streams',
      () => ADJUST_MS,
      (active) => active.check(),
    ),
    loop('reading of the fleet’s state', () => ADJUST_MS, setGauges),
  ]);
}
