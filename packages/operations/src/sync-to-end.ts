import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Counts,
  type KeyEnd,
  type Line,
  Slice,
  type SliceLimits,
  SyncError,
  type SyncReport,
  syncKey,
  syncKeys,
  withRetry,
} from '@redis-to-mongo/pipeline';
import { contended } from './contended.js';
import { RETRY } from './retry.js';

/** The result of syncing one key completely. */
export interface KeyOutcome extends Counts {
  readonly key: string;
  readonly result: Exclude<SyncReport['result'], 'overtaken'> | 'failed';
  readonly error?: { readonly code: string; readonly message: string };
}

/** If a worker syncs the same key, this process waits this many times before the key counts as failed (KEY_CONTENDED). */
const OVERTAKEN_ALLOWED = 20;
const OVERTAKEN_WAIT_MS = 100;

/**
 * Syncs each key until everything that it held at the first read is synced. A stream that keeps growing does
 * not prolong this. Small values are synced in groups, all other keys beside them.
 * @param atOnce maximum number of concurrent keys that are not small values.
 * @param onSeen called with the number of entries of each slice.
 * @param onEnd called with the outcome of each key; it contains errors of the key itself.
 * @throws SyncError of class transient or configuration: a server is at fault, not the keys.
 */
export async function syncAllToEnd(
  line: Line,
  keys: readonly string[],
  slice: SliceLimits,
  atOnce: number,
  onSeen: (entries: number) => void,
  onEnd: (outcome: KeyOutcome) => void,
): Promise<void> {
  const goOn = async (key: string, end: KeyEnd) => {
    if ('error' in end) onEnd(await syncToEnd(line, key, slice, onSeen));
    else onEnd(await syncToEnd(line, key, slice, onSeen, end.report));
  };
  await syncKeys(line, keys, () => new Slice(slice), goOn, { aloneAtOnce: atOnce });
}

/**
 * Syncs a key, slice by slice, until everything that it held at the first read is synced.
 * @param onSeen called with the number of entries of each slice.
 * @param first the report of its first slice, if that was already done. Otherwise it is unknown how the key's
 * last run ended.
 * @throws SyncError of class transient or configuration: a server is at fault, not the key.
 */
export async function syncToEnd(
  line: Line,
  key: string,
  slice: SliceLimits,
  onSeen: (entries: number) => void,
  first?: SyncReport,
): Promise<KeyOutcome> {
  let wasInterrupted = first === undefined || first.result === 'overtaken';
  const syncOnce = async () => {
    const before = wasInterrupted;
    wasInterrupted = true; // until this one has ended well
    const report = await syncKey(line, key, new Slice(slice), before);
    wasInterrupted = report.result === 'overtaken';
    return report;
  };
  const sum = { seen: 0, written: 0, alreadyThere: 0, dead: 0, gap: 0 };
  let result: KeyOutcome['result'] = 'unchanged';
  let target: number | undefined;
  const failed = ({ code, message }: SyncError): KeyOutcome => ({
    ...{ key, result: 'failed', ...sum, error: { code, message } },
  });
  try {
    for (let overtaken = 0, done = first; ; done = undefined) {
      const report = done ?? (await withRetry(syncOnce, RETRY));
      for (const name of ['seen', 'written', 'alreadyThere', 'dead'] as const) sum[name] += report[name];
      sum.gap += report.gaps.reduce((entries, gap) => entries + gap.entries, 0);
      onSeen(report.seen);
      if (report.result === 'overtaken') {
        if (++overtaken > OVERTAKEN_ALLOWED) return failed(contended(key));
        await sleep(OVERTAKEN_WAIT_MS);
        continue;
      }
      if (report.result !== 'unchanged' || sum.seen === 0) result = report.result;
      target ??= sum.seen + report.lag;
      if (report.lag === 0 || sum.seen >= target) return { key, result, ...sum };
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.errorClass !== 'unknown') throw error;
    return failed(error);
  }
}
