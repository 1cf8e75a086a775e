import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import dockerignore from '@balena/dockerignore';

/**
 * The files that a build from a fresh checkout would see: those of the git checkout (new ones that git does not ignore
 * among them), less what .dockerignore keeps out.
 *
 * @param {string} root the checkout.
 * @returns {string[]} paths relative to `root`.
 */
export function contextFiles(root) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const ignored = dockerignore().add(readFileSync(join(root, '.dockerignore'), 'utf8'));
  return listed.split('\0').filter((path) => path && !ignored.ignores(path) && existsSync(join(root, path)));
}

/**
 * Copies the build context into an empty folder.
 *
 * @param {string} root
 * @param {string} target
 */
export function copyContext(root, target) {
  for (const path of contextFiles(root)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(root, path), join(target, path));
  }
}
