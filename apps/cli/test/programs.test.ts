import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PROGRAMS, programCall } from '../src/programs.js';

test('a program is started by its name, with options before and behind it', () => {
  for (const { name, file } of PROGRAMS) {
    expect(programCall([name])).toEqual({ file, args: [] });
    expect(programCall(['--config', 'a.json', name, '--check'])).toEqual({
      file,
      args: ['--config', 'a.json', '--check'],
    });
    expect(programCall(['--config=a.json', '--json', name])).toEqual({
      file,
      args: ['--config=a.json', '--json'],
    });
    expect(programCall(['help', name])).toEqual({ file, args: ['--help'] });
  }
});

test('a command, or a file with the name of a program, starts none', () => {
  for (const argv of [[], ['status'], ['--config', 'worker', 'status'], ['--config', 'worker'], ['help']])
    expect(programCall(argv)).toBeUndefined();
});

test.each([
  [['--config', 'not-there.json', 'worker'], 'not-there.json'],
  [['--json', 'scheduler'], '--json'],
])('%j: what a program does not accept ends it with code 2; it never ends without a word', (argv, named) => {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(named) });
});
