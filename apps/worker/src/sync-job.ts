import type { Logger, Metrics } from '@redis-to-mongo/app-shell';
import type { Claims, JobQueue } from '@redis-to-mongo/job-queue';
import {
  type Line,
  Slice,
  type SliceLimits,
  SyncError,
  type SyncReport,
  syncKey,
} from '@redis-to-mongo/pipeline';
import type { BackfillLog } from './backfill-log.js';
import { introduceKey, setAsideError } from './set-aside.js';
import type { TargetGuard } from './target-guard.js';

export interface SyncJobOptions {
  readonly line: Line;
  readonly claims: Claims;
  readonly queue: JobQueue;
  readonly slice: () => SliceLimits;
  readonly guard: TargetGuard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly backfills: BackfillLog;
  /** What is done once a slice is saved; it does not throw. */
  readonly afterSync?: (report: SyncReport) => Promise<void>;
  /** Records an error on the key's document; may fail, since MongoDB can be what failed. */
  readonly recordError: (key: string, error: SyncError) => Promise<void>;
}

/** What a job does: one slice of work on one key, and another job behind the others' if there is more. */
export function syncJob(options: SyncJobOptions): (key: string) => Promise<void> {
  const { line, claims, queue, metrics, logger, guard } = options;
  return async (key) => {
    const end = metrics.jobSeconds.startTimer();
    try {
      const claimed = await claims.during(key, async () => {
        const report = await syncKey(line, key, new Slice(options.slice()));
        await options.afterSync?.(report);
        return report;
      });
      if (claimed.claim !== 'granted') {
        metrics.jobs.inc({ outcome: claimed.claim });
        if (claimed.claim === 'set aside') await setAside(options, key);
        return;
      }
      guard.succeeded();
      account(options, key, claimed.result);
      if (claimed.result.state) options.backfills.note(claimed.result.state);
      if (claimed.again || claimed.result.lag > 0 || claimed.result.result === 'overtaken')
        await queue.wake(key);
    } catch (error) {
      const known = error instanceof SyncError ? error : unexpected(error);
      metrics.jobs.inc({ outcome: 'failed' });
      metrics.errors.inc({ class: known.errorClass });
      if (known.errorClass === 'configuration') guard.trip(known);
      else if (known.errorClass === 'unknown')
        await options.recordError(key, known).catch((cause: unknown) => {
          logger.warn('an error could not be recorded on its key', { key, error: cause });
        });
      throw known;
    } finally {
      end();
    }
  };
}

function account({ metrics, logger }: SyncJobOptions, key: string, report: SyncReport): void {
  const keyType = report.keyType ?? 'unsupported';
  metrics.jobs.inc({ outcome: report.result });
  metrics.entriesRead.inc({ key_type: keyType }, report.seen);
  metrics.entriesWritten.inc({ key_type: keyType }, report.written);
  metrics.entriesAlreadyThere.inc({ key_type: keyType }, report.alreadyThere);
  metrics.bytesRead.inc({ key_type: keyType }, report.bytes);
  metrics.deadLetters.inc({ key_type: keyType }, report.dead);
  if (report.dead > 0) logger.warn('records became dead letters', { key, dead: report.dead });
  for (const gap of report.gaps) {
    metrics.gapEntries.inc({ key_type: keyType }, gap.entries);
    logger.warn('a gap: Redis dropped entries before they were read', { key, ...gap });
  }
  if (report.result === 'deleted') logger.info('key retired: it is not in Redis any more', { key });
  const { result, seen, written, alreadyThere, dead, lag } = report;
  if (result !== 'unchanged')
    logger.debug('slice done', { key, result, seen, written, alreadyThere, dead, lag });
}

async function setAside(options: SyncJobOptions, key: string): Promise<void> {
  const error = setAsideError();
  options.logger.error('key set aside', { key, error });
  await introduceKey(options.line, key);
  await options.recordError(key, error);
}

function unexpected(error: unknown): SyncError {
  return new SyncError('UNEXPECTED', 'unknown', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
