import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle } from '../../../scripts/pack/bundle.mjs';
import { compiledPackages } from '../../../scripts/pack/compiled-packages.mjs';
import { root } from '../../../scripts/run/root.mjs';
import { makeTempDir } from '../../../scripts/run/temp-dir.mjs';

/** Another program that tests start, from the checkout. */
const DYING_WORKER = 'packages/test-kit/src/dying-worker.mjs';

/**
 * Bundles the built apps, as `npm run pack` does, for all test files of a project, and compiles the code of
 * third-party packages. A bundled process starts with a third of the CPU that the many files of the build
 * take, and tests start hundreds.
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

/** Starts an app and stops it. All later starts reuse the compiled packages that it has written. */
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
