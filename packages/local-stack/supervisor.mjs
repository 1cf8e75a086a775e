// @ts-check
/**
 * The process between a test's process and one server. It starts the server, reports its end, and lives exactly as long
 * as its parent: when the channel to the parent closes, for whatever reason (also SIGKILL), it ends the server and
 * removes the directories that it was given. Plain JavaScript, so that it runs from sources and from a build alike.
 *
 * Messages in:  {type: 'start', command, args, cwd, logFile} | {type: 'signal', signal} | {type: 'remove', path}
 * Messages out: {type: 'started', pid} | {type: 'failed', message} | {type: 'exited', code, signal}
 * A server is started again only once it has ended.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** How long a server may take to end by itself before it is killed. */
const graceMs = 5_000;

/** @type {import('node:child_process').ChildProcess | undefined} */
let server;
/** @type {Set<string>} */
const removals = new Set();
let ending = false;

process.on('message', (/** @type {any} */ message) => {
  if (message.type === 'start') start(message);
  else if (message.type === 'signal') server?.kill(message.signal);
  else if (message.type === 'remove') removals.add(message.path);
});
process.on('disconnect', end);
// A signal meant for the terminal's whole group is the parent's to answer; one that asks to end is answered.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('SIGTERM', end);
// A parent that ended while this process was starting is not reported anymore; what it sent before still comes first.
if (!process.connected) setImmediate(end);

/** @param {{command: string, args: string[], cwd: string, logFile: string}} request */
function start({ command, args, cwd, logFile }) {
  if (ending) return;
  let log;
  try {
    log = openSync(logFile, 'a');
    const started = spawn(command, args, { cwd, stdio: ['ignore', log, log] });
    // Known at once, so that an end in the same moment does not miss it.
    if (started.pid !== undefined) server = started;
    started.once('spawn', () => report({ type: 'started', pid: started.pid }));
    started.once('error', (error) => report({ type: 'failed', message: error.message }));
    started.once('exit', (code, signal) => {
      server = undefined;
      report({ type: 'exited', code, signal });
    });
  } catch (error) {
    report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

/** @param {object} message */
function report(message) {
  // The callback takes the error of a parent that has gone in between; 'disconnect' deals with it.
  if (process.connected) process.send?.(message, () => {});
}

async function end() {
  if (ending) return;
  ending = true;
  const last = server;
  if (last)
    await new Promise((resolve) => {
      last.once('exit', resolve);
      last.kill('SIGTERM');
      setTimeout(() => last.kill('SIGKILL'), graceMs).unref();
    });
  for (const path of removals)
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  process.exit(0);
}
