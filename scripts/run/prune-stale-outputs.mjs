// @ts-check
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const output = /\.(?:js|d\.ts)(?:\.map)?$/;

/**
 * Deletes the compiled output of deleted sources: the compiler does not remove it, and it could still be run.
 *
 * @param {string} root
 * @returns {string[]} the deleted files
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
