import { CLOCK_TOLERANCE_MS, type FleetProcess, type Heartbeat } from '@redis-to-mongo/job-queue';
import { time } from '@redis-to-mongo/terminal';

/** Retries shorter than this, in ms, are not shown. */
const MOMENT_MS = 3_000;

/** What a process is doing, in a word, and whether that is good. */
export interface ProcessState {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'idle';
}

/** What a process is doing, according to its last heartbeat. */
export function processState(process: FleetProcess): ProcessState {
  const { app, state, is, code } = process;
  if (is === 'ended') return { word: 'ended', tone: 'idle' };
  if (is === 'dead') return { word: 'dead', tone: 'bad' };
  if (state === 'paused') return { word: `paused: ${code ?? 'UNKNOWN'}`, tone: 'bad' };
  const clock = wrongClock(process);
  if (clock !== undefined) return { word: `clock ${clock}`, tone: 'bad' };
  const retrying = retryingOf(process);
  if (retrying) return { word: `retrying: ${retrying.code}`, tone: 'bad' };
  if (app === 'worker') return { word: 'working', tone: 'good' };
  if (state === 'standby') return { word: 'stands by', tone: 'idle' };
  return code === undefined ? { word: 'active', tone: 'good' } : { word: `active: ${code}`, tone: 'bad' };
}

/** Sorts processes: live ones first, schedulers before workers, the active scheduler before standbys. */
export function sortedProcesses(processes: readonly FleetProcess[]): readonly FleetProcess[] {
  const rank = ({ is, app, state }: FleetProcess) =>
    (is === 'alive' ? 0 : 10) + (app === 'scheduler' ? 0 : 2) + (state === 'standby' ? 1 : 0);
  const name = ({ about, id }: FleetProcess) => `${about?.host ?? ''} ${about?.pid ?? ''} ${id}`;
  return processes.toSorted((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1));
}

/** The error that a worker has been retrying for longer than MOMENT_MS. */
export function retryingOf({ retrying }: Heartbeat): Heartbeat['retrying'] {
  return retrying && retrying.forMs > MOMENT_MS ? retrying : undefined;
}

/**
 * How far a process's clock is off from the clock of the queue's Redis: `24 h 0 min ahead`; `undefined` if it
 * is right or unknown.
 */
export function wrongClock({ clockAheadMs = 0 }: Heartbeat): string | undefined {
  const offMs = Math.abs(clockAheadMs);
  if (offMs <= CLOCK_TOLERANCE_MS) return undefined;
  return `${time(offMs)} ${clockAheadMs > 0 ? 'ahead' : 'behind'}`;
}
