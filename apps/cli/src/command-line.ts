import { EXIT_CODES } from './exit-codes.js';
import { Interruption, STOP_SIGNALS, type StopSignal } from './interruption.js';
import { runCli } from './run-cli.js';

/** The time limit for closing, in ms. The end of the process closes the rest. */
const LEAVE_MS = 2_000;

const { env, stdout, stderr } = process;
// Output of libraries is not part of the result; problems are reported as errors.
for (const method of ['log', 'info', 'debug', 'trace', 'warn', 'error'])
  Reflect.set(console, method, () => {});
process.removeAllListeners('warning');

const interruption = new Interruption();
const onSignal = (signal: StopSignal) => {
  if (interruption.signal) process.exit(STOP_SIGNALS[signal]);
  interruption.interrupt(signal);
};
// If the reader closes the pipe (`| head`), the exit code is still that of the command's result.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  const { signal } = interruption;
  if (error.code === 'EPIPE') {
    interruption.isUnread = true;
    return;
  }
  if (!signal) stderr.write(`standard output: ${error.message}\n`);
  process.exit(signal ? STOP_SIGNALS[signal] : EXIT_CODES.failed.code);
});
stderr.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

const code = await runCli({
  argv: process.argv.slice(2),
  env,
  cwd: process.cwd(),
  stdout,
  stderr,
  interruption,
});
await Promise.all(
  [stdout, stderr].map(
    (stream) =>
      new Promise((resolve) => {
        stream.write('', resolve);
      }),
  ),
);
process.exitCode = code;
if (interruption.signal) process.exit(code);
setTimeout(() => process.exit(code), LEAVE_MS).unref();
