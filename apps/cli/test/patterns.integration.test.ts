import { globPattern, keyIdOf } from '@redis-to-mongo/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

const text = (max: number) =>
  fc
    .array(fc.constantFrom('a', 'b', 'c', '-', '*', '?', '[', ']', '^', '\\', '\n', ' '), { maxLength: max })
    .map((chars) => chars.join(''));

test('a pattern takes the keys that Redis says it takes', async () => {
  const names = [...new Set(fc.sample(text(4), { numRuns: 400, seed: 1 }))].filter((name) => name !== '');
  await cli.redis.mset(names.flatMap((name) => [name, '1']));
  await fc.assert(
    fc.asyncProperty(text(6), async (glob) => {
      const pattern = globPattern(glob);
      const taken = names.filter((name) => pattern.test(keyIdOf(Buffer.from(name))));
      expect(taken.sort()).toEqual((await cli.redis.keys(glob)).sort());
    }),
    { numRuns: 2000 },
  );
});
