import { findOnPath } from './find-on-path.js';
import { commandWorks, runCommand } from './run-command.js';
import { withLock } from './with-lock.js';

const quiet = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };

/**
 * Installs Debian packages non-interactively, as root or by a `sudo` that needs no password.
 *
 * @returns false if that is not possible here (no apt-get, no rights)
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` if apt-get fails
 */
export async function aptInstall(packages: readonly string[]): Promise<boolean> {
  const aptGet = await findOnPath('apt-get');
  if (aptGet === undefined) return false;
  const prefix = await rootPrefix();
  if (prefix === undefined) return false;
  // With apt-get's own lock, the second of two runs would fail.
  // `DPkg::Lock::Timeout` waits for other programs.
  await withLock('apt-get', async () => {
    // The update fails if one of several sources is unreachable. Only the install has to succeed.
    await apt(prefix, [aptGet, 'update', '-q']).catch(() => undefined);
    await apt(prefix, [aptGet, 'install', '-q', '-y', '--no-install-recommends', ...packages]);
  });
  return true;
}

async function apt(prefix: readonly string[], command: readonly string[]): Promise<void> {
  const environment = Object.entries(quiet).map(([name, value]) => `${name}=${value}`);
  const [program = 'env', ...args] = [
    ...prefix,
    'env',
    ...environment,
    ...command,
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  await runCommand(program, args);
}

/** The prefix that runs a command as root: empty, or `sudo -n`; undefined if neither works. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  return (await commandWorks('sudo', ['-n', 'true'])) ? ['sudo', '-n'] : undefined;
}
