import { wrongClock } from '@redis-to-mongo/fleet-status';
import type { FleetProcess } from '@redis-to-mongo/job-queue';

/** What a process is doing, in a word, and how good that is. */
export function stateOf(process: FleetProcess): {
  readonly word: string;
  readonly tone: 'good' | 'busy' | 'bad' | 'idle';
} {
  const { app, state, is, code } = process;
  if (is === 'ended') return { word: 'ended', tone: 'idle' };
  if (is === 'silent') return { word: 'silent', tone: 'bad' };
  if (state === 'paused') return { word: `paused: ${code ?? 'UNKNOWN'}`, tone: 'bad' };
  const clock = wrongClock(process);
  if (clock !== undefined) return { word: `clock ${clock}`, tone: 'bad' };
  if (app === 'worker') return { word: 'working', tone: 'good' };
  if (state === 'standby') return { word: 'stands by', tone: 'idle' };
  return code === undefined ? { word: 'active', tone: 'good' } : { word: `active: ${code}`, tone: 'bad' };
}

/** Those that live first; schedulers before workers, the active one before all. */
export function sortedProcesses(processes: readonly FleetProcess[]): readonly FleetProcess[] {
  const rank = ({ is, app, state }: FleetProcess) =>
    (is === 'alive' ? 0 : 10) + (app === 'scheduler' ? 0 : 2) + (state === 'standby' ? 1 : 0);
  const name = ({ about, id }: FleetProcess) => `${about?.host ?? ''} ${about?.pid ?? ''} ${id}`;
  return processes.toSorted((a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1));
}
