// @ts-check
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { runQuietly, SetupError } from './run-quietly.mjs';
import { withLock } from './with-lock.mjs';

const stamp = join(root, 'node_modules', '.installed-lockfile');

/**
 * Installs the dependencies unless those of pnpm-lock.yaml are installed. Concurrent runs install once.
 *
 * @throws {SetupError} with pnpm's output if it fails
 */
export async function install() {
  if (isInstalled()) return;
  await withLock('install', async () => {
    if (isInstalled()) return;
    const [command, ...prefix] = await findPnpm();
    console.error(`installing the dependencies (${[command, ...prefix].join(' ')} install)`);
    const args = [...prefix, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
    const { ok, output } = await runQuietly(command, args);
    if (!ok) throw new SetupError(`${output}\ninstalling the dependencies failed; pnpm's output is above`);
    writeFileSync(stamp, lockfileHash());
  });
}

function isInstalled() {
  try {
    return readFileSync(stamp, 'utf8') === lockfileHash();
  } catch {
    return false;
  }
}

// By content, not by time: a checkout gives old files new times.
function lockfileHash() {
  return hash('sha256', readFileSync(join(root, 'pnpm-lock.yaml')), 'hex');
}

/**
 * Finds pnpm: the one on the PATH if it supports each Node that this project supports,
 * else the pinned one through npx.
 *
 * @returns {Promise<[string, ...string[]]>}
 */
async function findPnpm() {
  const { ok, output } = await runQuietly('pnpm', ['--version'], { COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' });
  const major = Number(/^(\d+)\.\d+\.\d+/m.exec(output)?.[1]);
  if (ok && (major === 10 || major === 12)) return ['pnpm'];
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ['npx', '-y', packageManager];
}
