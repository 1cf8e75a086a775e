import type { NameOf } from '../options/options.js';
import type { Settings } from '../settings.js';

/** Intervals and amounts. A default adapts to a given option; two given options must agree. */
export function buildSync(settings: Settings) {
  const { values, given } = settings;
  const fit = (read: NameOf<number>, slice: NameOf<number>) => {
    if (values[read] <= values[slice]) return { read: values[read], slice: values[slice] };
    if (given(read) && given(slice)) {
      settings.problem(read, `is more than ${slice} (${values[slice]})`, `lower it, or raise ${slice}`);
    }
    const both = given(slice) ? values[slice] : values[read];
    return { read: both, slice: both };
  };
  const entries = fit('MESSAGES_PER_STREAM', 'SLICE_ENTRIES');
  const bytes = fit('READ_BYTES', 'SLICE_BYTES');
  checkSliceEnds(settings);
  return {
    intervalMs: toMs(values.SYNC_INTERVAL_SEC),
    changeFeed: values.CHANGE_FEED,
    /** Maximum number of streams that a worker tails; 0 without the change feed. */
    tailStreams: values.CHANGE_FEED ? values.TAIL_STREAMS : 0,
    idleIntervalMs: toMs(values.IDLE_INTERVAL_SEC),
    /** Limit for all workers together; 0: no limit. */
    sourceBytesPerSec: values.SOURCE_BYTES_PER_SEC,
    streamPath: values.STREAM_PATH,
    /** Limits of one read of a stream; at most a slice. */
    readEntries: entries.read,
    readBytes: bytes.read,
    /** Limit for all jobs of a process together. */
    readAheadBytes: values.READ_AHEAD_BYTES,
    sliceEntries: entries.slice,
    sliceBytes: bytes.slice,
    sliceMs: values.SLICE_MS,
    trim: {
      mode: values.TRIM_MODE,
      keepEntries: values.TRIM_KEEP_ENTRIES,
      keepMs: Math.round(values.TRIM_KEEP_SEC * 1000),
    },
  };
}

/** A worker that is stopping finishes its slices. They must end before the worker is stopped by force. */
function checkSliceEnds({ values, given, problem }: Settings): void {
  const { SLICE_MS: slice, WORKER_SHUTDOWN_TIMEOUT_MS: timeout } = values;
  if (slice < timeout) return;
  if (given('SLICE_MS')) {
    const remedy = 'lower it, or raise WORKER_SHUTDOWN_TIMEOUT_MS';
    problem('SLICE_MS', `is not below WORKER_SHUTDOWN_TIMEOUT_MS (${timeout})`, remedy);
  } else {
    const remedy = 'raise it, or lower SLICE_MS';
    problem('WORKER_SHUTDOWN_TIMEOUT_MS', `is not above SLICE_MS (${slice})`, remedy);
  }
}

/** Seconds as whole milliseconds, at least one. */
function toMs(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000));
}
