import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliUnderTest, cliUnderTest, runIn } from './cli-under-test.js';
import { servesFerretDb } from './serves-ferretdb.js';

const RULES = [
  { pattern: '*:info:tag[s]', types: ['set'], attach: true },
  {
    pattern: '*:info:owner',
    types: ['set'],
    attach: true,
    collection: 'owners',
    shape: 'document',
    fields: { rename: { members: 'people' } },
    parse: { member: 'number' },
  },
];

describe.skipIf(await servesFerretDb())('the view of streams (needs views)', () => {
  let cli: CliUnderTest;
  beforeAll(async () => {
    cli = await cliUnderTest({ RULES: JSON.stringify(RULES), VALUE_INLINE_MEMBERS: '5' });
    await cli.redis.xadd('orders', '1-1', 'a', 'b');
    await cli.redis.xadd('carts', '1-1', 'a', 'b');
    await cli.redis.xadd('orders:info:audit', '1-1', 'a', 'b');
    await cli.redis.sadd('orders:info:tags', 'red', 'blue');
    await cli.redis.sadd('orders:info:owner', '7', 'ann');
    await cli.redis.sadd('orders:info:other', 'not attached');
    await cli.redis.sadd('orders@eu:info:tags', 'of another stream');
    await cli.redis.sadd('carts:info:tags', ...Array.from({ length: 9 }, (_, i) => `t${i}`));
    expect(await cli.run('once')).toMatchObject({ code: 0 });
  });
  afterAll(() => cli.close());

  const streams = async () => await cli.db.collection('streams').find().sort({ _id: 1 }).toArray();

  test('a stream shows its metadata sets, and says of one that is too large how large it is', async () => {
    expect(await streams()).toMatchObject([
      { _id: 'carts', metadata: { tags: { tooLarge: 9 } } },
      { _id: 'orders', status: 'active', incarnation: 1, lag: 0, activity: [{ incarnation: 1, to: null }] },
    ]);
    const orders = await cli.db.collection('streams').findOne({ 'metadata.tags': 'red' });
    expect(orders).toMatchObject({ _id: 'orders', metadata: { tags: ['blue', 'red'], owner: [7, 'ann'] } });
    expect(Object.keys(orders?.metadata)).toEqual(expect.not.arrayContaining(['other', 'main']));
  });

  test('it is in step with sets and streams as they change and go', async () => {
    await cli.redis.sadd('orders:info:tags', 'green');
    await cli.redis.del('orders:info:owner', 'carts');
    await cli.run('once');
    const [carts, orders] = await streams();
    expect(orders?.metadata).toEqual({ tags: ['blue', 'green', 'red'] });
    expect(carts).toMatchObject({ status: 'deleted', activity: [{ end: 'deleted' }] });
  });

  test('other rules change the view, and a collection of that name is left alone', async () => {
    const without = { ...cli.env, RULES: JSON.stringify([{ ...RULES[0], pattern: 'orders:*' }]) };
    await runIn(without, 'once');
    expect((await streams()).map(({ metadata }) => Object.keys(metadata))).toEqual([[], ['other', 'tags']]);
    await cli.db.dropCollection('streams');
    await cli.db.collection('streams').insertOne({ mine: true });
    const refused = await cli.run('once');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('the database has a collection streams');
    expect(await cli.run('doctor')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/problem +the database has a collection streams/),
    });
  });

  test('so is a view of that name on another collection', async () => {
    await cli.db.dropCollection('streams');
    await cli.db.createCollection('streams', { viewOn: 'mine', pipeline: [] });
    const refused = await cli.run('once');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('the database has a view streams');
    expect(await cli.db.listCollections({ name: 'streams' }).toArray()).toMatchObject([
      { type: 'view', options: { viewOn: 'mine' } },
    ]);
  });
});
