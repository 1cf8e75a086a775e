import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle } from '../../../scripts/pack/bundle.mjs';
import { root } from '../../../scripts/run/root.mjs';
import { makeTempDir } from '../../../scripts/run/temp-dir.mjs';

/** What tests start beside the apps, from the checkout. */
const DYING_WORKER = 'packages/test-kit/src/dying-worker.mjs';

/**
 * The built apps as `npm run pack` bundles them, for all files of a project: a process of theirs takes less than half of the
 * CPU to start that it takes from the many files of the build, and tests start hundreds.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeTempDir('apps');
  await bundle(folder, [DYING_WORKER]);
  for (const path of ['package.json', 'apps/cli/bin'])
    await cp(join(root, path), join(folder, path), { recursive: true });
  project.provide('builtApps', folder);
  return async () => await rm(folder, { recursive: true, force: true });
}

declare module 'vitest' {
  interface ProvidedContext {
    builtApps: string;
  }
}
