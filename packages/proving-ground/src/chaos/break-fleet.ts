import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/fleet.js';
import { ProvingError } from '../proving-error.js';
import type { FaultResult } from './break-data.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import { type FaultKind, type FaultStep, picked } from './fault.js';

export interface FleetToBreak {
  readonly environment: ChaosEnvironment;
  readonly fleet: Fleet;
  readonly signal: AbortSignal;
}

/**
 * Exit code of a process whose target belongs to another fleet, and its time to exit
 * while the servers answer, in ms.
 */
const MISMATCH = 2;
const REFUSED_MS = 60_000;

type Work = (broken: FleetToBreak, step: FaultStep) => Promise<FaultResult>;
type Part = 'worker' | 'scheduler';

/** Faults in the fleet's processes. Killed processes are replaced. */
export const FLEET_FAULTS: Partial<Record<FaultKind, Work>> = {
  'worker killed': async (broken, step) => await endOne(broken, step, 'worker', 'SIGKILL'),
  'worker stopped in order': async (broken, step) => await endOne(broken, step, 'worker', 'SIGTERM'),
  'worker paused': async (broken, step) => await pauseOne(broken, step, 'worker'),
  'worker paused until its claims are lost': async (broken, step) => await pauseOne(broken, step, 'worker'),
  'scheduler killed': async (broken, step) => await endOne(broken, step, 'scheduler', 'SIGKILL'),
  'scheduler paused until its lease is lost': async (broken, step) =>
    await pauseOne(broken, step, 'scheduler'),
  'all workers killed': async ({ fleet, signal }, { forMs }) => {
    const victims = fleet.running('worker');
    await Promise.all(victims.map((victim) => fleet.kill(victim)));
    await sleep(forMs, undefined, { signal });
    for (const _ of victims) fleet.launch('worker');
    return victims.map(({ name }) => name).join(', ');
  },
  'fleet of another source comes': otherSource,
  'fleet of another queue works, too': async ({ fleet, signal }, { forMs }) => {
    const env = { QUEUE_PREFIX: 'chaos-too' };
    const guests = [fleet.launchGuest('scheduler', env), fleet.launchGuest('worker', env)];
    await sleep(forMs, undefined, { signal });
    await Promise.all(guests.map((guest) => fleet.kill(guest)));
    return `on the same source and target, for ${forMs} ms`;
  },
};

/** A process with another source for this target must refuse to start, and change nothing. */
async function otherSource({ fleet, environment }: FleetToBreak): Promise<FaultResult> {
  const mark = await environment.db
    .collection<{ _id: string }>('fleet')
    .findOne({ _id: 'identity' })
    .catch(() => null);
  if (!mark) return undefined; // the target lost its mark, and the fleet will soon write it again
  const env = { REDIS_URL: `redis://127.0.0.1:${environment.queue.way.port}/5`, QUEUE_PREFIX: 'stranger' };
  const guest = fleet.launchGuest('worker', env);
  const timer = setTimeout(() => guest.signal('SIGKILL'), REFUSED_MS);
  const { code, signal } = await guest.ended;
  clearTimeout(timer);
  if (signal !== null) return undefined; // the servers were down all the time
  if (code === MISMATCH) return `${guest.name} refused to start, with exit code ${code}`;
  throw new ProvingError('PROVING_APP_FAILED', `${guest.name}, of another source, ended with code ${code}`);
}

async function endOne(
  { fleet, signal }: FleetToBreak,
  step: FaultStep,
  part: Part,
  with_: NodeJS.Signals,
): Promise<FaultResult> {
  const victim = picked(fleet.running(part), step);
  if (!victim) return undefined;
  const ending = fleet.kill(victim, with_);
  // A paused process would not react to SIGTERM, and one that waits for a server takes long.
  const timer = setTimeout(() => victim.signal('SIGKILL'), 20_000);
  await ending;
  clearTimeout(timer);
  await sleep(step.forMs, undefined, { signal });
  const next = fleet.launch(part);
  return `${victim.name}; ${next.name} in its place`;
}

async function pauseOne({ fleet, signal }: FleetToBreak, step: FaultStep, part: Part): Promise<FaultResult> {
  const victim = picked(fleet.running(part), step);
  if (victim?.pid === undefined) return undefined;
  await pauseProcess(victim.pid, step.forMs, signal);
  return `${victim.name} for ${step.forMs} ms`;
}

/**
 * Pauses the process, and resumes it when the script's input ends, which it also
 * does if this process is killed.
 */
const SCRIPT = 'kill -STOP "$1" && read -r _; kill -CONT "$1"';

/** Pauses a process (SIGSTOP, then SIGCONT) for this long, in ms, or until the signal aborts. */
async function pauseProcess(pid: number, forMs: number, signal: AbortSignal): Promise<void> {
  const pauser = spawn('/bin/sh', ['-c', SCRIPT, 'pause', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(pauser, 'exit');
  try {
    await sleep(forMs, undefined, { signal }).catch(() => {}); // aborted: resume immediately
  } finally {
    pauser.stdin.end();
    await ended;
  }
}
