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
 * After new entries, the next read waits this long, in ms. Changes of that time are then read, written and
 * saved together, with one command each. The first new entry after a pause does not wait.
 */
const GATHER_MS = 5;
/**
 * Additional wait for each changed stream, in ms. Many polls per second are expensive, and waiting loses
 * nothing.
 */
const GATHER_EACH_MS = 0.5;
/**
 * Setting up a read takes 1 to 2 µs per stream. One ms of wait per 60 streams limits this to a tenth of the
 * time.
 */
const STREAMS_A_MS = 60;

/**
 * Whether a key is worth tailing after this report of its job: a stream that changes often, a little at a
 * time.
 * @param wasTailed the key was tailed until the job. Then tailing does not end only because nothing was new
 * this time.
 */
export function isWorthTailing(report: SyncReport, wasTailed: boolean): boolean {
  const { result, keyType, changedBefore, state, lag } = report;
  if (keyType !== 'stream' || state?.status !== 'active' || lag > 0 || !isSmall(report)) return false;
  if (!changedBefore || !state.lastChangedAt) return false;
  const changedAt = state.lastChangedAt.getTime();
  if (result === 'unchanged') return wasTailed && Date.now() - changedAt <= IDLE_MS;
  return result === 'synced' && (wasTailed || changedAt - changedBefore.getTime() <= ACTIVE_MS);
}

export function isSmall({ seen, bytes }: Pick<SyncReport, 'seen' | 'bytes'>): boolean {
  return seen <= SMALL.entries && bytes <= SMALL.bytes;
}

/** How long to wait after a read of `read` streams, of which `changed` had new entries, in ms. */
export function pollDelayMs(read: number, changed: number): number {
  return Math.max(GATHER_MS + GATHER_EACH_MS * changed, read / STREAMS_A_MS);
}
