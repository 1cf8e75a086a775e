import { connectMongo, countInTarget, mongoSink } from '@redis-to-mongo/mongo-sink';
import { firstState, type KeyState, NO_TLS } from '@redis-to-mongo/pipeline';
import { testSinkOptions } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MessageTarget } from '../src/bench/contestants/contestant.js';

// The sink is a process that runs from the build.
const targets = new URL('../dist/bench/contestants/targets.js', import.meta.url);

let target: MessageTarget;
let mongo: ReturnType<typeof connectMongo>;
beforeAll(async () => {
  target = await (await import(targets.href)).openAckTarget();
  mongo = connectMongo({ uri: target.uri, dbName: target.dbName, tls: NO_TLS }, 'test');
});
afterAll(async () => {
  await mongo.close();
  await target[Symbol.asyncDispose]();
});

const sinkOf = () => mongoSink(mongo.db, testSinkOptions());

const at = (before: KeyState, entryId: string): KeyState => ({
  ...before,
  revision: before.revision + 1,
  position: { entryId },
});

it('the acknowledging sink keeps each saved position, and refuses a save that was overtaken', async () => {
  const [sink, others] = [sinkOf(), sinkOf()];
  const place = { stream: 'load-1', type: 'main' };
  const first = at(firstState('load-1', place, 'stream', new Date()), '1-0');
  await sink.save({ ...first, revision: 0 }, first);
  const second = at(first, '2-0');
  await sink.save(first, second);
  expect(await sink.load('load-1')).toMatchObject({ revision: 2, position: { entryId: '2-0' } });
  await expect(others.save(first, at(first, '1-5'))).rejects.toMatchObject({ code: 'POSITION_MOVED' });
  expect(await sink.load('load-1')).toMatchObject({ revision: 2, position: { entryId: '2-0' } });
});

it('its counter grows, so it is not taken for a target that was set back', async () => {
  expect(await countInTarget(mongo.db)).toBe(1);
  expect(await countInTarget(mongo.db)).toBe(2);
});
