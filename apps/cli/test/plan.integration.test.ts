import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillAllKinds } from './all-kinds.js';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';

let cli: CliUnderTest;

beforeAll(async () => {
  cli = await cliUnderTest({ KEY_INCLUDE: 'orders,*tags,counter,p*', KEY_EXCLUDE: 'x*,prices' });
  await fillAllKinds(cli.redis);
});
afterAll(() => cli.close());

test('plan shows keys by pattern and by type, patterns that match nothing, and indexes to make', async () => {
  const { code, stdout } = await cli.run('plan');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^KEY_INCLUDE +\*tags +2$/m);
  expect(stdout).toMatch(/^KEY_INCLUDE +p\* +2$/m);
  expect(stdout).toMatch(/^KEY_EXCLUDE +x\* +none$/m);
  expect(stdout).toMatch(/^set +2 +sets +(many-)?tags$/m);
  expect(stdout).toMatch(/^ {2}keys \{keyType: 1, status: 1, _id: 1\}$/m);
  expect(stdout).not.toMatch(/^hash /m);
});

test('samples are documents as they would be written, cut where they are long', async () => {
  const { stdout } = await runIn(
    { ...cli.env, VALUE_INLINE_MEMBERS: '100', KEY_INCLUDE: 'orders,many-tags,long' },
    'plan',
    '--samples',
    '--json',
  );
  const { targets } = JSON.parse(stdout);
  const samples = Object.fromEntries(
    targets.map((target: { type: string; sample: unknown }) => [target.type, target.sample]),
  );
  expect(samples.stream).toMatchObject({
    collection: 'stream_messages',
    document: {
      _id: 'orders@a1:d1000-a0',
      stream: 'orders',
      content: [
        ['n', '0'],
        ['n', 'twice'],
      ],
    },
  });
  expect(samples.set).toMatchObject({
    collection: 'set_members',
    document: { key: 'many-tags', member: expect.stringMatching(/^member/) },
  });
  expect(stdout.length).toBeLessThan(5_000);
});

test('plan writes nothing', async () => {
  expect(await cli.db.listCollections().toArray()).toEqual([]);
});
