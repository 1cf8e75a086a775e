import type { SliceLimits, SyncReport } from '@redis-to-mongo/pipeline';

/** The limits of one poll. More entries are left to jobs, which all workers share. */
export const POLL: SliceLimits = { entries: 5_000, bytes: 4 * 1024 * 1024, ms: 1_000 };
/** A job or poll that moved more than this leaves the stream to jobs. */
const SMALL = { entries: POLL.entries / 2, bytes: POLL.bytes / 4 } as const;
/** A stream is tailed when it changed twice within this many ms. */
const ACTIVE_MS = 2_000;
/** A stream without new entries for this long, in ms, is no longer tailed. */
export const IDLE_MS = 3_000;

/**
 * After new entries, the next read waits this long, in ms: what changes meanwhile is read, written and saved together, by one command
 * each. The first new entry after a silence does not wait.
 */
const GATHER_MS = 5;
/** And this many ms more for each stream that has changed: many polls per second are expensive, and waiting loses nothing. */
const GATHER_EACH_MS = 0.5;
/** Setting a read up takes 1 to 2 µs a stream: with 60 streams for each ms, no more than a tenth of the time. */
const STREAMS_A_MS = 60;

/**
 * Whether a key whose job has ended so is worth tailing: a stream that changes often, a little at a time.
 * @param wasTailed until the job: it is not given up only because nothing was new this time.
 */
export function isWorthTailing(report: SyncReport, wasTailed: boolean, now = Date.now()): boolean {
  const { result, keyType, changedBefore, state, lag } = report;
  if (keyType !== 'stream' || state?.status !== 'active' || lag > 0 || !isSmall(report)) return false;
  if (!changedBefore || !state.lastChangedAt) return false;
  const changedAt = state.lastChangedAt.getTime();
  if (result === 'unchanged') return wasTailed && now - changedAt <= IDLE_MS;
  return result === 'synced' && (wasTailed || changedAt - changedBefore.getTime() <= ACTIVE_MS);
}

export function isSmall({ seen, bytes }: Pick<SyncReport, 'seen' | 'bytes'>): boolean {
  return seen <= SMALL.entries && bytes <= SMALL.bytes;
}

/** How long to wait after a read of this many streams, of which this many had changed, in ms. */
export function pollDelayMs(read: number, changed: number): number {
  return Math.max(GATHER_MS + GATHER_EACH_MS * changed, read / STREAMS_A_MS);
}
