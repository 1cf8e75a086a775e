import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTempDir } from '../run/temp-dir.mjs';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'temp dir '));
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** Creates a directory that a process leaves behind, with a file in it. */
function leftBehind(kind: string): string {
  const module = new URL('../run/temp-dir.mjs', import.meta.url).href;
  const code = `
    import { makeTempDir } from ${JSON.stringify(module)};
    process.stdout.write(makeTempDir(${JSON.stringify(kind)}, ${JSON.stringify(parent)}));
  `;
  const path = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  writeFileSync(join(path, 'file'), 'x');
  return path;
}

it('a directory of an ended process is removed when the next of its kind is created, and no other one is', () => {
  const [left, other] = [leftBehind('tests'), leftBehind('apps')];
  const strange = ['r2m-tests-', 'r2m-tests-nobody', 'r2m-tests-12 a', 'tests-1-abc'];
  for (const name of strange) mkdirSync(join(parent, name));
  const mine = makeTempDir('tests', parent);
  const second = makeTempDir('tests', parent);
  expect(existsSync(left)).toBe(false);
  expect(basename(mine)).toMatch(new RegExp(`^r2m-tests-${process.pid}-\\w+$`));
  expect(readdirSync(parent).toSorted()).toEqual(
    [...strange, ...[other, mine, second].map((path) => basename(path))].toSorted(),
  );
});
