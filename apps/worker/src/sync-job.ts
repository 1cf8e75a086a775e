import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Claim,
  Claims,
  Ending,
  JobQueue,
  RunEnd,
  RunKeys,
  ScheduleChange,
} from '@redis-to-mongo/job-queue';
import { hasScheduler } from '@redis-to-mongo/key-types';
import {
  handled,
  type KeyState,
  type Line,
  Slice,
  type SliceLimits,
  SyncError,
  type SyncReport,
  syncKeys,
} from '@redis-to-mongo/pipeline';
import type { JobOutcomes, JobOutcomesOptions } from './job-outcomes.js';
import type { StreamTailer } from './tail/stream-tailer.js';
import { isWorthTailing } from './tail/worth-tailing.js';

export interface SyncJobOptions extends Pick<JobOutcomesOptions, 'metrics' | 'logger' | 'recordError'> {
  readonly line: Line;
  readonly claims: Claims;
  readonly queue: Pick<JobQueue, 'due' | 'changes' | 'schedulers'>;
  readonly slice: () => SliceLimits;
  readonly account: JobOutcomes;
  /** Keeps reading streams that change often, between their jobs. */
  readonly tailer?: StreamTailer | undefined;
  /** Called when a position was saved. Does not throw. */
  readonly afterSync: (state: KeyState) => Promise<void>;
}

/**
 * Runs a job: one slice of work on each of its keys. Keys with more work get another job at the end of the
 * queue.
 */
export function syncJob(options: SyncJobOptions): RunKeys {
  return async (keys) => {
    const end = options.metrics.jobSeconds.startTimer();
    const run = new JobRun(options);
    try {
      // Hand on the work that was done before a failure, too.
      await run.all(keys).finally(() => run.handOn());
      return run.failed;
    } finally {
      end();
    }
  };
}

class JobRun {
  readonly failed = new Map<string, Error>();
  readonly #due: string[] = [];
  readonly #changes: ScheduleChange[] = [];
  /** Keys that are gone, and whose type is not known. */
  readonly #absent: string[] = [];

  constructor(private readonly options: SyncJobOptions) {}

  async all(keys: readonly string[]): Promise<void> {
    const { claims } = this.options;
    const claimed = await claims.claim(keys);
    const suspects = claimed.suspects.map((key) =>
      claims.claimAlone(key, async (alone) => {
        await this.#refused(alone.busy, alone.quarantined);
        await this.#sync(alone.granted);
      }),
    );
    await settled([
      this.#refused(claimed.busy, claimed.quarantined),
      this.#sync(claimed.granted),
      ...suspects,
    ]);
  }

  /** Adds jobs for the keys that are due again, and reports created and deleted keys to the scheduler. */
  async handOn(): Promise<void> {
    const { queue } = this.options;
    const report = async () => await queue.changes.add([...this.#changes, ...(await this.#strays())]);
    await Promise.all([queue.due.addJobs(this.#due), report()]);
  }

  /**
   * Absent keys that have a job scheduler: they were deleted after a sweep had found them, before their first
   * run, or the run that retired them died.
   */
  async #strays(): Promise<ScheduleChange[]> {
    if (this.#absent.length === 0) return [];
    const runs = await this.options.queue.schedulers.nextRuns(this.#absent);
    return this.#absent.flatMap((key, i) => (runs[i] === null ? [] : [{ key, is: 'gone' } as const]));
  }

  async #refused(busy: readonly string[], quarantined: readonly string[]): Promise<void> {
    const { account } = this.options;
    if (busy.length > 0) account.ended('busy', busy.length);
    for (const key of quarantined) {
      account.ended('quarantined');
      await quarantine(this.options, key);
    }
  }

  /** Keys end one by one; their claims end together. */
  async #sync(granted: readonly Claim[]): Promise<void> {
    if (granted.length === 0) return;
    const { line, tailer, slice } = this.options;
    const claims = new Map(granted.map((claim) => [claim.key, claim]));
    const keys = [...claims.keys()];
    if (tailer) await Promise.all(keys.filter((key) => tailer.tails(key)).map((key) => tailer.handOver(key)));
    const ends: Promise<void>[] = [];
    const values: Ending[] = [];
    await syncKeys(
      line,
      keys,
      () => new Slice(slice()),
      (key, end) => {
        const claim = claims.get(key);
        if (!claim) return;
        if ('error' in end) ends.push(handled(this.#failed(claim, end.error)));
        else if (end.report.keyType === 'stream') ends.push(handled(this.#streamDone(claim, end.report)));
        else {
          this.#note(claim, end.report);
          values.push({ claim, how: this.#endOf(claim, end.report) });
          if (values.length === 1) ends.push(handled(this.#endValues(values)));
        }
      },
      {
        interrupted: new Set(granted.flatMap(({ key, wasInterrupted }) => (wasInterrupted ? key : []))),
        tailed: new Set(granted.flatMap(({ key, wasRetained }) => (wasRetained ? key : []))),
      },
    );
    await settled(ends);
  }

  #note(claim: Claim, report: SyncReport): void {
    const { account } = this.options;
    account.ended(report.result);
    account.done(claim.key, report);
    this.#noteChange(report, claim);
  }

  /** Ends the claims of all values that end within this turn of the event loop. */
  async #endValues(values: Ending[]): Promise<void> {
    await nextTurn();
    const ending = values.splice(0);
    const ends = await this.options.claims.endAll(ending);
    for (const [i, { claim }] of ending.entries()) if (ends[i] === 'due') this.#due.push(claim.key);
  }

  async #streamDone(claim: Claim, report: SyncReport): Promise<void> {
    const { claims, tailer, afterSync } = this.options;
    this.#note(claim, report);
    if (report.state) await afterSync(report.state);
    const end = await claims.end(claim, this.#endOf(claim, report));
    if (end === 'due') this.#due.push(claim.key);
    else if (end === 'retained' && report.state) await tailer?.tail(claim, report.state);
  }

  #endOf({ wasRetained }: Claim, report: SyncReport): RunEnd {
    if (report.result === 'overtaken') return 'overtaken';
    if (report.lag > 0) return 'more';
    const { tailer } = this.options;
    return tailer?.hasRoom === true && isWorthTailing(report, wasRetained) ? 'retain' : 'done';
  }

  async #failed(claim: Claim, error: unknown): Promise<void> {
    const { claims, account } = this.options;
    account.ended('failed');
    this.failed.set(claim.key, await account.failed(claim.key, error));
    await claims.end(claim, 'failed');
  }

  /**
   * Reports created and deleted keys to the scheduler, if their type has job schedulers; and paused keys. If the
   * run before did not end well, it may have saved such a change without reporting it.
   */
  #noteChange(
    { result, keyType, typeBefore, begunIncarnation }: SyncReport,
    { key, wasInterrupted }: Claim,
  ): void {
    const isThere = result === 'synced' || result === 'unchanged';
    const hasBegun = begunIncarnation || (isThere && wasInterrupted);
    const isGone = result === 'deleted' || result === 'unsupported';
    if (result === 'paused') this.#changes.push({ key, is: 'paused' });
    else if (hasBegun && hasScheduler(keyType)) this.#changes.push({ key, is: 'present' });
    else if ((begunIncarnation || isGone) && hasScheduler(typeBefore))
      this.#changes.push({ key, is: 'gone' });
    else if (result === 'absent' || (isGone && wasInterrupted)) this.#absent.push(key);
  }
}

/** Waits for all, then throws the first error, if any. */
async function settled(all: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(all)) if (end.status === 'rejected') throw end.reason;
}

async function quarantine({ logger, recordError, queue }: SyncJobOptions, key: string): Promise<void> {
  const error = quarantineError();
  logger.error('key quarantined', { key, error });
  await recordError(key, error).catch(async (cause: unknown) => {
    logger.warn('an error could not be recorded on its key', { key, error: cause });
    // The key is no longer due. Without the record, its failure would be invisible.
    await queue.due.retry([key]);
  });
}

/** The error of a quarantined key. */
function quarantineError(): SyncError {
  return new SyncError(
    'KEY_QUARANTINED',
    'unknown',
    'three jobs in a row started on this key and never ended (did their workers die?); it is quarantined for an hour',
  );
}
