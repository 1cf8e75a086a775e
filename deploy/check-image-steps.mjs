// Runs the steps of the Dockerfile without Docker: each stage in a folder of its own, from a copy of the checkout, with
// a home of its own, so that nothing on this machine helps but Node, npm and the shell. Then it checks that every app
// in what came out starts. It does not check the base image, nor the Node version in it.
//
//   node deploy/check-image-steps.mjs
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkApps, checkCommand, checkNothingSpare } from './image-steps/check-apps.mjs';
import { copyContext } from './image-steps/copy-context.mjs';
import { readDockerfile } from './image-steps/read-dockerfile.mjs';
import { runStage } from './image-steps/run-stage.mjs';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'r2m image '));
try {
  const context = join(work, 'context');
  copyContext(checkout, context);
  const hostEnv = hostEnvironment(work);
  const built = new Map();
  for (const [i, stage] of readDockerfile(join(checkout, 'Dockerfile')).entries()) {
    const root = join(work, `stage-${i}`);
    built.set(stage.name, runStage(stage, { root, context, built, hostEnv }));
  }
  const image = [...built.values()].at(-1);
  const problems = [...checkApps(image, hostEnv), ...checkCommand(image), ...checkNothingSpare(image)];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('every step runs, and every app in the image starts');
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * What the steps get from this machine: how to reach the registry, and the programs an image would have, with `npm
 * install --global` going to a folder of its own.
 *
 * @param {string} work
 */
function hostEnvironment(work) {
  const home = join(work, 'home');
  const prefix = join(work, 'npm');
  mkdirSync(home);
  mkdirSync(join(prefix, 'lib'), { recursive: true });
  const passed = /^(https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))),
    HOME: home,
    PATH: [join(prefix, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    npm_config_prefix: prefix,
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(process.env.HOME ?? home, '.npmrc'),
  };
}
