import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';

/**
 * The files that a build from a fresh checkout would see: the files of the git checkout, including new ones
 * that git does not ignore, without those that .dockerignore excludes.
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
