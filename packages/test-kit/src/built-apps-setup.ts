import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle } from '../../../scripts/pack/bundle.mjs';
import { compiledPackages } from '../../../scripts/pack/compiled-packages.mjs';
import { root } from '../../../scripts/run/root.mjs';
import { makeTempDir } from '../../../scripts/run/temp-dir.mjs';

/** What tests start beside the apps, from the checkout. */
const DYING_WORKER = 'packages/test-kit/src/dying-worker.mjs';

/**
 * The built apps as `npm run pack` bundles them, for all files of a project, and with the code of other people's packages compiled:
 * a process of theirs takes a third of the CPU to start that it takes from the many files of the build, and tests start hundreds.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeTempDir('apps');
  const packages = compiledPackages();
  await bundle(folder, { more: [DYING_WORKER], plugins: [packages.plugin] });
  await packages.write(folder);
  for (const path of ['package.json', 'apps/cli/bin'])
    await cp(join(root, path), join(folder, path), { recursive: true });
  for (const app of ['scheduler', 'worker', 'dashboard']) await runOnce(project, folder, app);
  project.provide('builtApps', folder);
  return async () => await rm(folder, { recursive: true, force: true });
}

/** Starts an app and ends it: what it has made of its packages by then is what all others start with. */
async function runOnce(project: TestProject, folder: string, app: string): Promise<void> {
  const { redisUrl, mongoUris } = project.getProvidedContext();
  const child = spawn(process.execPath, [join(folder, `apps/${app}/dist/main.js`)], {
    env: {
      REDIS_URL: redisUrl,
      MONGO_URI: mongoUris[0],
      MONGO_DB_NAME: 'first_run',
      DASHBOARD_PORT: '0',
      COMPILE_PACKAGES: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  const ended = once(child, 'exit');
  child.stdout.on('data', (chunk) => {
    if (String(chunk).includes(`${app} started`)) child.kill('SIGTERM');
  });
  await ended;
}

declare module 'vitest' {
  interface ProvidedContext {
    builtApps: string;
  }
}
