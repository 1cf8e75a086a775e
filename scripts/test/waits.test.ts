import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => /(^|\/)test\//.test(path) && existsSync(join(root, path)));

/** The arguments of the call whose opening bracket is before `from`, as written. */
function argumentsAt(source: string, from: number): string[] {
  const args = [''];
  let depth = 0;
  for (const letter of source.slice(from)) {
    if ('([{'.includes(letter)) depth++;
    if (')]}'.includes(letter) && depth-- === 0) break;
    if (letter === ',' && depth === 0) args.push('');
    else args.push(`${args.pop()}${letter}`);
  }
  return args.map((arg) => arg.trim()).filter(Boolean);
}

/** Whether a wait has a timeout. Options in a variable are assumed to have one. */
const isPatient = (options = '') => /\btimeout\b/.test(options) || /^\w+$/.test(options);

it('every wait for a condition has a timeout: the default of a second is too short for a busy machine', () => {
  const waits = files.flatMap((path) => {
    const source = readFileSync(join(root, path), 'utf8');
    return [...source.matchAll(/\b(?:vi\s*\.wait(?:For|Until)|expect\s*\.poll)(?:<[^>]*>)?\(/g)].map(
      (found) => ({
        at: `${path}:${source.slice(0, found.index).split('\n').length}`,
        args: argumentsAt(source, found.index + found[0].length),
      }),
    );
  });
  expect(waits.length).toBeGreaterThan(50);
  expect(waits.filter(({ args: [, options] }) => !isPatient(options)).map(({ at }) => at)).toEqual([]);
});
