import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneStaleOutputs } from '../run/prune-stale-outputs.mjs';

it('only the compiled output of a deleted source is deleted', async () => {
  const root = await mkdtemp(join(tmpdir(), 'prune-'));
  const files = [
    'packages/a/src/deep/kept.ts',
    'packages/a/dist/deep/kept.js',
    'packages/a/dist/deep/kept.d.ts',
    'packages/a/dist/.tsbuildinfo',
    'packages/a/dist/deep/gone.js',
    'packages/a/dist/deep/gone.js.map',
    'packages/a/dist/deep/gone.d.ts',
    'packages/a/dist/deep/gone.d.ts.map',
    'apps/b/dist/main.js',
    'apps/b/package.json',
  ];
  try {
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), '');
    }
    expect(pruneStaleOutputs(root)).toHaveLength(5);
    const left = await readdir(root, { recursive: true });
    expect(files.filter((file) => left.includes(file))).toEqual([
      ...files.slice(0, 4),
      'apps/b/package.json',
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
