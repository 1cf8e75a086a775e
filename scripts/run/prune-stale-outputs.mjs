// @ts-check
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const output = /\.(?:js|d\.ts)(?:\.map)?$/;

/**
 * Deletes what was compiled from sources that are no longer there: the compiler leaves it, and it could still be run.
 *
 * @param {string} root
 * @returns {string[]} what was deleted
 */
export function pruneStaleOutputs(root) {
  return ['apps', 'packages'].flatMap((folder) =>
    list(join(root, folder)).flatMap((name) => pruneProject(join(root, folder, name))),
  );
}

/** @param {string} project */
function pruneProject(project) {
  const dist = join(project, 'dist');
  if (!existsSync(dist)) return [];
  const stale = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((path) => output.test(path) && !existsSync(join(project, 'src', path.replace(output, '.ts'))))
    .map((path) => join(dist, path));
  for (const path of stale) rmSync(path);
  return stale;
}

/** @param {string} folder */
function list(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
