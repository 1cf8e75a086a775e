import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('the table of problems of other systems and the tests have the same names', () => {
  const [, part = ''] = read('docs/guarantees.md').split('## Problems of other systems');
  const rows = [...part.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, name]) => name);
  const listed = rows.filter((name) => name !== '---' && name !== 'Problem there');
  const files = [
    'packages/pipeline/test/line/what-users-ask.integration.test.ts',
    'apps/scheduler/test/what-users-ask.e2e.test.ts',
  ];
  const tests = files.flatMap((file) =>
    [...read(file).matchAll(/^ {2}it\('(.+)', async/gm)].map(([, it]) => it),
  );
  expect(tests.length).toBeGreaterThan(0);
  expect(listed.sort()).toEqual(tests.sort());
});
