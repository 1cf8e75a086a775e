import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const page = read('docs/failure-by-failure.md').split('\n### ').slice(1);

/** The tests that an entry names: file and name. */
function testsOf(entry: string): [file: string, name: string][] {
  const [, shown = ''] = entry.replace(/\s*\n\s+/g, ' ').split('- Shown by ');
  let file = '';
  const tests: [file: string, name: string][] = [];
  for (const [, path, name] of shown.matchAll(/`([^`]+)`|“([^”]+)”/g))
    if (path !== undefined) file = path;
    else if (name !== undefined) tests.push([file, name]);
  return tests;
}

describe('docs/failure-by-failure.md', () => {
  it.each(page.map((entry) => [entry.slice(0, entry.indexOf('\n')), entry] as const))(
    'says what you see, what the fleet does, what you do, and the tests that show it: %s',
    (_title, entry) => {
      for (const part of ['You see', 'The fleet', 'You do']) expect(entry).toContain(`- **${part}**`);
      const tests = testsOf(entry);
      expect(tests.length).toBeGreaterThan(0);
      for (const [file, name] of tests) expect(read(file)).toContain(`'${name}`);
    },
  );
});
