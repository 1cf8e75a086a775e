import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** An option that no app can start with. It ends each of them before it opens anything. */
const BAD_OPTION = { REDIS_PORT: 'not-a-port' };

/** What an app is told to do, where it does nothing unasked. */
const ARGUMENTS = new Map([['cli', ['status']]]);

/**
 * Starts every app of the built image with a wrong option: it must end with the exit code for a wrong configuration,
 * and name the option. So its main.js and everything it imports at the start are in the image.
 *
 * @param {import('./run-stage.mjs').Built} image
 * @param {Record<string, string>} hostEnv
 * @returns {string[]} what is wrong, one line each.
 */
export function checkApps(image, hostEnv) {
  const app = join(image.root, image.cwd);
  return readdirSync(join(app, 'apps')).flatMap((name) => {
    const main = join('apps', name, 'dist', 'main.js');
    if (!existsSync(join(app, main))) return [`${main} is not in the image`];
    const { status, stderr } = spawnSync(process.execPath, [main, ...(ARGUMENTS.get(name) ?? [])], {
      cwd: app,
      env: { ...hostEnv, ...image.env, ...BAD_OPTION },
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (status === 2 && stderr.includes('REDIS_PORT')) return [];
    return [`${main} with a wrong REDIS_PORT ended with ${status}, and said: ${stderr.trim() || 'nothing'}`];
  });
}

/**
 * The command is on the PATH of the image by its name, and leads to a file that is there and may be run.
 *
 * @param {import('./run-stage.mjs').Built} image
 * @returns {string[]} what is wrong.
 */
export function checkCommand(image) {
  const link = join(image.root, 'usr', 'local', 'bin', 'redis-to-mongo');
  try {
    const target = join(image.root, readlinkSync(link));
    accessSync(target, constants.X_OK);
    return [];
  } catch (error) {
    return [`the command redis-to-mongo can't be run: ${error instanceof Error ? error.message : error}`];
  }
}

/** Packages that are for building and testing alone. */
const DEVELOPMENT = /^(typescript|vitest|@biomejs\+biome|knip|mongodb-memory-server-core)@/;

/** Source maps, types, sources and notes of the build. */
const NOT_RUN = /\.(map|ts|mts|cts|tsbuildinfo)$|^tsconfig.*\.json$/;

/**
 * @param {import('./run-stage.mjs').Built} image
 * @returns {string[]} what is in the image and should not be, one line each.
 */
export function checkNothingSpare(image) {
  const app = join(image.root, image.cwd);
  const installed = readdirSync(join(app, 'node_modules', '.pnpm')).filter((name) => DEVELOPMENT.test(name));
  const unbuilt = readdirSync(join(app, 'packages')).filter(
    (name) => !existsSync(join(app, 'packages', name, 'dist')),
  );
  const notRun = readdirSync(app, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && NOT_RUN.test(entry.name),
  );
  return [
    ...(notRun.length === 0 ? [] : [`${notRun.length} files are never run, such as ${notRun[0]?.name}`]),
    ...installed.map((name) => `node_modules has ${name}, which is for development`),
    ...unbuilt.map((name) => `packages/${name} has no dist`),
  ];
}
