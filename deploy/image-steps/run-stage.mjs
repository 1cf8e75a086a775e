import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * @typedef {import('./read-dockerfile.mjs').Stage} Stage
 * @typedef {{ root: string, cwd: string, env: Record<string, string> }} Built a stage that was run: the folder that
 * stands for its file system, its working directory inside, and its ENV.
 */

/** Steps that say how the image is run, and change no file. */
const SAYS_ONLY = new Set([
  'USER',
  'EXPOSE',
  'HEALTHCHECK',
  'CMD',
  'ENTRYPOINT',
  'STOPSIGNAL',
  'LABEL',
  'VOLUME',
]);

/**
 * Runs a stage's steps in a folder of its own, in order.
 *
 * @param {Stage} stage
 * @param {{ root: string, context: string, built: Map<string, Built>, hostEnv: Record<string, string> }} options
 * @returns {Built}
 * @throws {Error} when a step fails, or is of a kind that can't be run without Docker.
 */
export function runStage(stage, { root, context, built, hostEnv }) {
  mkdirSync(root, { recursive: true });
  /** @type {Built} */
  const state = { root, cwd: '/', env: {} };
  const inside = (/** @type {string} */ path) => join(root, resolve('/', state.cwd, path));
  for (const { keyword, flags, args, text } of stage.steps) {
    if (SAYS_ONLY.has(keyword)) continue;
    console.log(`[${stage.name}] ${keyword} ${text}`);
    if (keyword === 'WORKDIR') {
      state.cwd = resolve('/', state.cwd, args[0] ?? '');
      mkdirSync(inside('.'), { recursive: true });
    } else if (keyword === 'ENV') Object.assign(state.env, parseEnv(args));
    else if (keyword === 'COPY') {
      const from = flags.from === undefined ? context : built.get(flags.from)?.root;
      if (from === undefined) throw new Error(`COPY --from=${flags.from}: no such stage`);
      copy(
        args.map((path, i) => (i === args.length - 1 ? inside(path) : join(from, path))),
        args.at(-1) ?? '',
      );
    } else if (keyword === 'RUN') run(text, inside('.'), { ...hostEnv, ...state.env });
    else throw new Error(`${keyword}: this check can't run such a step`);
  }
  return state;
}

/**
 * @param {string[]} paths the sources, then the target.
 * @param {string} written the target as it is written.
 */
function copy(paths, written) {
  const target = paths.at(-1) ?? '';
  for (const source of paths.slice(0, -1)) {
    if (!existsSync(source)) throw new Error(`COPY: ${source} is not there`);
    const into = !statSync(source).isDirectory() && (written.endsWith('/') || paths.length > 2);
    cpSync(source, into ? join(target, basename(source)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

/** @param {string[]} args */
function parseEnv(args) {
  return Object.fromEntries(
    args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]),
  );
}

/**
 * @param {string} script
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
function run(script, cwd, env) {
  const { status, signal, stdout, stderr } = spawnSync('/bin/sh', ['-c', script], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`RUN ended with ${status ?? signal}:\n${stdout}\n${stderr}`);
}
