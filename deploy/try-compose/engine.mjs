// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackEngine } from './debian.mjs';
import { run, tryRun, until } from './run.mjs';

/**
 * @typedef {{
 *   isOwn: boolean,
 *   folder: string,
 *   tree: string,
 *   docker: (args: readonly string[], options?: import('./run.mjs').RunOptions) => Promise<string>,
 *   tryDocker: (args: readonly string[], options?: import('./run.mjs').RunOptions) => Promise<import('./run.mjs').Ran>,
 *   compose: (args: readonly string[], options?: import('./run.mjs').RunOptions) => Promise<string>,
 *   tryCompose: (args: readonly string[], options?: import('./run.mjs').RunOptions) => Promise<import('./run.mjs').Ran>,
 *   close: () => Promise<void>,
 * }} Engine
 * `isOwn`: started here, with images of its own; `folder`: what is kept between two runs; `tree`: Debian's packages.
 */

/**
 * Opens the Docker Engine of this machine. If there is none, starts one from Debian's packages, as root; it
 * ends with this process. It adds no iptables rules to the machine: containers can reach each other, and a
 * program forwards published ports.
 *
 * @returns {Promise<Engine>}
 */
export async function openEngine() {
  const folder = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'redis-to-mongo',
    'try-compose',
  );
  mkdirSync(folder, { recursive: true });
  const runs = await tryRun('docker', ['info'], { timeoutMs: 20_000 });
  const composes = await tryRun('docker', ['compose', 'version'], { timeoutMs: 20_000 });
  if (runs.code === 0 && composes.code === 0)
    return {
      isOwn: false,
      folder,
      tree: '/',
      ...callsOf('docker', ['docker', 'compose'], {}),
      close: async () => {},
    };
  if (
    process.platform !== 'linux' ||
    process.getuid?.() !== 0 ||
    (await tryRun('apt-get', ['--version'])).code !== 0
  )
    throw new Error('no Docker Engine with Compose answers here, and only root on Debian can start one');
  return await startEngine(folder);
}

/** @param {string} folder */
async function startEngine(folder) {
  const tree = await unpackEngine(folder);
  const exec = mkdtempSync(join(tmpdir(), 'r2m-engine-'));
  const libraries = join(tree, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
  for (const name of ['iptables', 'ip6tables'])
    symlinkSync(join(tree, 'usr/sbin/xtables-legacy-multi'), join(exec, name));
  const env = {
    PATH: [exec, join(tree, 'usr/sbin'), join(tree, 'usr/bin'), process.env.PATH].join(':'),
    LD_LIBRARY_PATH: libraries,
    XTABLES_LIBDIR: join(libraries, 'xtables'),
    DOCKER_HOST: `unix://${exec}/docker.sock`,
    DOCKER_BUILDKIT: '0',
  };
  const log = openSync(join(folder, 'engine.log'), 'w');
  const places = ['--data-root', join(folder, 'data'), '--exec-root', exec, '--pidfile', join(exec, 'pid')];
  const alone = [
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
  ];
  const daemon = spawn(join(tree, 'usr/sbin/dockerd'), ['--host', env.DOCKER_HOST, ...places, ...alone], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  const calls = callsOf(
    join(tree, 'usr/bin/docker'),
    [join(tree, 'usr/libexec/docker/cli-plugins/docker-compose')],
    env,
  );
  const close = async () => {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    await tryRun('umount', [join(exec, 'netns/default')]);
    rmSync(exec, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', () => daemon.kill('SIGTERM'));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => void close().finally(() => process.exit(1)));
  try {
    await until('the engine answers', async () => (await calls.tryDocker(['version'])).code === 0, 60_000);
  } catch (error) {
    await close();
    throw error;
  }
  return { isOwn: true, folder, tree, ...calls, close };
}

/**
 * @param {string} docker
 * @param {readonly string[]} compose
 * @param {NodeJS.ProcessEnv} env
 */
function callsOf(docker, [compose = '', ...before], env) {
  /** @param {import('./run.mjs').RunOptions} [options] */
  const withEnv = (options = {}) => ({ ...options, env: { ...env, ...options.env } });
  return /** @type {Pick<Engine, 'docker' | 'tryDocker' | 'compose' | 'tryCompose'>} */ ({
    docker: (args, options) => run(docker, args, withEnv(options)),
    tryDocker: (args, options) => tryRun(docker, args, withEnv(options)),
    compose: (args, options) => run(compose, [...before, ...args], withEnv(options)),
    tryCompose: (args, options) => tryRun(compose, [...before, ...args], withEnv(options)),
  });
}
