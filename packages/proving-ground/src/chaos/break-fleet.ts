import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet/fleet.js';
import { ProvingError } from '../proving-error.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import { type Fault, type FaultResult, instant, lasting, picked } from './fault.js';

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

type Part = 'worker' | 'scheduler';

/** Faults in the fleet's processes. Killed processes are replaced. */
export const FLEET_FAULTS = {
  'worker killed': lasting(0, 1_500, endOne('worker', 'SIGKILL')),
  'worker stopped in order': lasting(0, 1_500, endOne('worker', 'SIGTERM')),
  'worker paused': lasting(500, 3_000, pauseOne('worker')),
  'worker paused until its claims are lost': lasting(11_000, 14_000, pauseOne('worker')),
  'scheduler killed': lasting(0, 4_000, endOne('scheduler', 'SIGKILL')),
  'scheduler paused until its lease is lost': lasting(10_000, 13_000, pauseOne('scheduler')),
  'all workers killed': lasting(0, 1_000, async ({ fleet, signal }, { forMs }) => {
    const victims = fleet.running('worker');
    await Promise.all(victims.map((victim) => fleet.kill(victim)));
    await sleep(forMs, undefined, { signal });
    for (const _ of victims) fleet.launch('worker');
    return victims.map(({ name }) => name).join(', ');
  }),
  'fleet of another source comes': instant(otherSource),
  'fleet of another queue works, too': lasting(4_000, 9_000, async ({ fleet, signal }, { forMs }) => {
    const env = { QUEUE_PREFIX: 'chaos-too' };
    const guests = [fleet.launchGuest('scheduler', env), fleet.launchGuest('worker', env)];
    await sleep(forMs, undefined, { signal });
    await Promise.all(guests.map((guest) => fleet.kill(guest)));
    return `on the same source and target, for ${forMs} ms`;
  }),
} satisfies Record<string, Fault<FleetToBreak>>;

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

function endOne(part: Part, with_: NodeJS.Signals): Fault<FleetToBreak>['run'] {
  return async ({ fleet, signal }, choice) => {
    const victim = picked(fleet.running(part), choice);
    if (!victim) return undefined;
    const ending = fleet.kill(victim, with_);
    // A paused process would not react to SIGTERM, and one that waits for a server takes long.
    const timer = setTimeout(() => victim.signal('SIGKILL'), 20_000);
    await ending;
    clearTimeout(timer);
    await sleep(choice.forMs, undefined, { signal });
    const next = fleet.launch(part);
    return `${victim.name}; ${next.name} in its place`;
  };
}

function pauseOne(part: Part): Fault<FleetToBreak>['run'] {
  return async ({ fleet, signal }, choice) => {
    const victim = picked(fleet.running(part), choice);
    if (victim?.pid === undefined) return undefined;
    await pauseProcess(victim.pid, choice.forMs, signal);
    return `${victim.name} for ${choice.forMs} ms`;
  };
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
