import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stops the process, and lets it continue when its own input ends: also when this process is killed meanwhile. */
const SCRIPT = 'kill -STOP "$1" && read -r _; kill -CONT "$1"';

/** Pauses a process (SIGSTOP, then SIGCONT) for this long, in ms, or until the signal aborts. */
export async function pauseProcess(pid: number, forMs: number, signal: AbortSignal): Promise<void> {
  const pauser = spawn('/bin/sh', ['-c', SCRIPT, 'pause', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(pauser, 'exit');
  try {
    await sleep(forMs, undefined, { signal }).catch(() => {}); // aborted: it continues at once
  } finally {
    pauser.stdin.end();
    await ended;
  }
}
