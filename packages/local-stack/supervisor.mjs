// @ts-check
/**
 * The process between a test's process and its servers. It starts the servers, reports their ends, and lives
 * exactly as long as its parent. When the channel to the parent closes, even because of a SIGKILL, it ends
 * the servers and removes the directories that the parent registered. Plain JavaScript, so it needs no build.
 *
 * Messages in, where each start has its own id:
 * - {type: 'start', id, command, args, cwd, logFile}
 * - {type: 'signal', id, signal}
 * - {type: 'remove', path}
 * Messages out:
 * - {type: 'started', id, pid}
 * - {type: 'failed', id, message}
 * - {type: 'exited', id, code, signal}
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** Time from SIGTERM to SIGKILL, in ms. */
const graceMs = 5_000;

/** @type {Map<number, import('node:child_process').ChildProcess>} */
const servers = new Map();
/** @type {Set<string>} */
const removals = new Set();
let ending = false;

process.on('message', (/** @type {any} */ message) => {
  if (message.type === 'start') start(message);
  else if (message.type === 'signal') servers.get(message.id)?.kill(message.signal);
  else if (message.type === 'remove') removals.add(message.path);
});
process.on('disconnect', end);
// The parent handles signals to the terminal's process group. SIGTERM asks this process to end.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('SIGTERM', end);
// If the parent ended while this process was starting, no 'disconnect' follows. Its
// earlier messages are handled first.
if (!process.connected) setImmediate(end);

/** @param {{id: number, command: string, args: string[], cwd: string, logFile: string}} request */
function start({ id, command, args, cwd, logFile }) {
  if (ending) return;
  let log;
  try {
    log = openSync(logFile, 'a');
    const server = spawn(command, args, { cwd, stdio: ['ignore', log, log] });
    // Registered immediately, so that `end` does not miss it.
    if (server.pid !== undefined) servers.set(id, server);
    server.once('spawn', () => report({ type: 'started', id, pid: server.pid }));
    server.once('error', (error) => report({ type: 'failed', id, message: error.message }));
    server.once('exit', (code, signal) => {
      servers.delete(id);
      report({ type: 'exited', id, code, signal });
    });
  } catch (error) {
    report({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

/** @param {object} message */
function report(message) {
  // The callback ignores the error of a parent that has just ended. 'disconnect' handles that.
  if (process.connected) process.send?.(message, () => {});
}

async function end() {
  if (ending) return;
  ending = true;
  const last = [...servers.values()];
  const ended = last.map((server) => once(server, 'exit').catch(() => {}));
  for (const server of last) server.kill('SIGTERM');
  setTimeout(() => {
    for (const server of last) server.kill('SIGKILL');
  }, graceMs).unref();
  await Promise.all(ended);
  for (const path of removals)
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  process.exit(0);
}
