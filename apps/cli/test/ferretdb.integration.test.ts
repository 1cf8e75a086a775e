import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';
import { servesFerretDb } from './serves-ferretdb.js';

const isFerretDb = await servesFerretDb();
let cli: CliUnderTest;
beforeAll(async () => {
  cli = await cliUnderTest();
});
afterAll(() => cli.close());

const attach = JSON.stringify([{ pattern: '*:info:tags', types: ['set'], attach: true }]);

test.skipIf(!isFerretDb)(
  'doctor says what it is, and which rule it cannot serve (needs FerretDB)',
  async () => {
    const doctor = async (env = {}) =>
      JSON.parse((await runIn({ ...cli.env, ...env }, 'doctor', '--json')).stdout);
    expect((await doctor()).findings).toContainEqual({
      check: 'MongoDB',
      level: 'advice',
      what: expect.stringMatching(/^it is FerretDB( \S+)?, not MongoDB$/),
      remedy: expect.stringContaining('docs/operations.md'),
    });
    expect((await doctor({ RULES: attach })).findings).toContainEqual({
      check: 'MongoDB',
      level: 'problem',
      what: expect.stringMatching(/^FerretDB( \S+)? has no views, which a rule with attach needs$/),
      remedy: 'remove attach, or use another server',
    });
  },
);

test.skipIf(!isFerretDb)(
  'a rule that needs a view is refused, each time, and leaves no collection (needs FerretDB)',
  async () => {
    for (const _ of [1, 2]) {
      const { code, stderr } = await runIn({ ...cli.env, RULES: attach }, 'once');
      expect(stderr).toContain('has no views, which a rule with attach needs');
      expect(code).toBe(2);
      expect(await cli.db.listCollections({ name: 'streams' }).toArray()).toEqual([]);
    }
  },
);
