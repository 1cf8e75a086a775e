import { GatheredCounter, type Logger, type Metrics } from '@redis-to-mongo/app-shell';
import type { SyncError, SyncReport } from '@redis-to-mongo/pipeline';
import { serverError } from '@redis-to-mongo/redis-connection';
import type { BackfillLog } from './backfill-log.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { Retries } from './retries.js';
import type { WorkMeter } from './work-meter.js';

export interface JobOutcomesOptions {
  readonly guard: CircuitBreaker;
  readonly retries: Retries;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly backfills: BackfillLog;
  readonly work: WorkMeter;
  /** Records an error on the key's document. It may fail, because MongoDB may be what failed. */
  readonly recordError: (key: string, error: SyncError) => Promise<unknown>;
}

/** Results of runs that may not have read or written anything. */
const UNTRIED: ReadonlySet<SyncReport['result']> = new Set(['overtaken', 'paused']);

/** Counts and logs the results of work on keys, by jobs and by the tailer. */
export class JobOutcomes {
  readonly #outcomes: GatheredCounter<'outcome'>;
  readonly #counters: readonly (readonly [
    keyof Pick<SyncReport, 'seen' | 'written' | 'alreadyThere' | 'bytes' | 'dead'>,
    GatheredCounter<'key_type'>,
  ])[];

  constructor(private readonly options: JobOutcomesOptions) {
    const { metrics } = options;
    this.#outcomes = new GatheredCounter(metrics.jobs);
    this.#counters = [
      ['seen', new GatheredCounter(metrics.entriesRead)],
      ['written', new GatheredCounter(metrics.entriesWritten)],
      ['alreadyThere', new GatheredCounter(metrics.entriesAlreadyThere)],
      ['bytes', new GatheredCounter(metrics.bytesRead)],
      ['dead', new GatheredCounter(metrics.deadLetters)],
    ];
  }

  /** Counts runs by outcome. */
  ended(outcome: SyncReport['result'] | 'busy' | 'quarantined' | 'failed', keys = 1): void {
    this.#outcomes.inc(outcome, keys);
  }

  /** Reports a saved slice. */
  done(key: string, report: SyncReport): void {
    const { guard, retries, metrics, logger, backfills, work } = this.options;
    if (!UNTRIED.has(report.result)) {
      guard.succeeded(key);
      retries.done();
    }
    work.addKey(report.seen);
    const keyType = report.keyType ?? 'unsupported';
    for (const [name, counter] of this.#counters) if (report[name] > 0) counter.inc(keyType, report[name]);
    if (report.dead > 0) logger.warn('records became dead letters', { key, dead: report.dead });
    for (const gap of report.gaps) {
      metrics.gapEntries.inc({ key_type: keyType }, gap.entries);
      logger.warn('gap: Redis dropped entries before they were read', { key, ...gap });
    }
    if (report.result === 'deleted') logger.info('key retired: it is no longer in Redis', { key });
    const { result, seen, written, alreadyThere, dead, lag } = report;
    if (result !== 'unchanged')
      logger.debug('slice done', { key, result, seen, written, alreadyThere, dead, lag });
    if (report.state) backfills.note(report.state);
  }

  /** Reports that work on a key failed. @returns the error, converted to one with a class. */
  async failed(key: string, error: unknown): Promise<SyncError> {
    const { guard, retries, metrics, logger, recordError } = this.options;
    const known = serverError(error);
    metrics.errors.inc({ class: known.errorClass });
    if (known.errorClass === 'transient') retries.failed(known);
    const isOfKey = known.errorClass === 'configuration' && guard.trip(known, key);
    if (isOfKey || known.errorClass === 'unknown')
      await recordError(key, known).catch((cause: unknown) => {
        logger.warn('an error could not be recorded on its key', { key, error: cause });
      });
    return known;
  }
}
