import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalStackError, messageOf } from './local-stack-error.js';

const exec = promisify(execFile);

/**
 * Runs a command to its end, without a shell. Returns its standard output, then its standard error.
 *
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` with the end of its output
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { timeoutMs?: number; cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await exec(command, args, {
      timeout: options.timeoutMs ?? 600_000,
      cwd: options.cwd,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, ...options.env },
    });
    return stdout + stderr;
  } catch (error) {
    const shown = [command, ...args].join(' ');
    throw new LocalStackError('LOCAL_STACK_COMMAND_FAILED', `\`${shown}\` failed: ${outputOf(error)}`, {
      cause: error,
    });
  }
}

/** Whether the command runs and exits with code 0 within 20 s. */
export async function commandWorks(command: string, args: readonly string[]): Promise<boolean> {
  return await runCommand(command, args, { timeoutMs: 20_000 }).then(
    () => true,
    () => false,
  );
}

function outputOf(error: unknown): string {
  if (
    error instanceof Error &&
    'stderr' in error &&
    typeof error.stderr === 'string' &&
    error.stderr.trim() !== ''
  ) {
    return error.stderr.trim().slice(-1_500);
  }
  return messageOf(error);
}
