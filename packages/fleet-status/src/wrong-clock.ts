import type { Heartbeat } from '@redis-to-mongo/job-queue';
import { time } from '@redis-to-mongo/terminal';

/** Clocks that differ by less, in ms, change nothing that is judged. */
const TOLERANCE_MS = 3_000;

/** How wrong a process' clock is, by that of the queue's Redis: `24 h 0 min ahead`; `undefined` where it is right, or not known. */
export function wrongClock({ clockAheadMs = 0 }: Heartbeat): string | undefined {
  const offMs = Math.abs(clockAheadMs);
  if (offMs <= TOLERANCE_MS) return undefined;
  return `${time(offMs)} ${clockAheadMs > 0 ? 'ahead' : 'behind'}`;
}
