import type { Position } from '@redis-to-mongo/pipeline';
import { changedStreams } from '@redis-to-mongo/redis-source';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ValueUnderTest, valueUnderTest } from './types/value-under-test.js';

let under: ValueUnderTest;
beforeAll(async () => {
  under = await valueUnderTest();
});
afterAll(async () => {
  await under.close();
});

it('the streams that a job should look at are those that have grown, have gone, or are others than they were', async () => {
  const { redis } = under;
  const add = async (key: string, ids: readonly string[], value = 'x') => {
    for (const id of ids) await redis.xadd(key, id, 'v', value);
  };
  const keys = ['same', 'trimmed', 'grown', 'gone', 'set now', 'alike', 'thinned', 'earlier', 'binary'];
  for (const key of keys) await add(key, ['1-0', '3-0', '5-0']);
  await redis.xadd('binary', '6-0', 'v', Buffer.from([0xff, 0xfe]));
  for (const key of keys) await under.sync(key);
  const positions: { key: string; position: Position | null }[] = [];
  for (const key of keys) positions.push({ key, position: (await under.state(key)).position });
  expect(await changedStreams(redis, positions)).toEqual(new Set());

  await redis.xtrim('trimmed', 'MAXLEN', 1);
  await redis.xdel('thinned', '3-0');
  await add('grown', ['6-0']);
  await redis.del('gone', 'set now', 'alike', 'earlier');
  await redis.sadd('set now', 'a');
  await add('alike', ['1-0']);
  await add('alike', ['3-0'], 'other');
  await add('alike', ['5-0']);
  await add('earlier', ['0-1', '3-0', '5-0']);
  const streams = [...positions, { key: 'new', position: null }];
  expect(await changedStreams(redis, streams)).toEqual(
    new Set(['grown', 'gone', 'set now', 'alike', 'earlier', 'new']),
  );
});
