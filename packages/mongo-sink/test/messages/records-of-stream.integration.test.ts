import { messageId, messageIdBounds, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { expect, it } from 'vitest';
import type { Stored } from '../../src/database/stored.js';
import { recordsOfStream } from '../../src/messages/records-of-stream.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();

function message(stream: string, incarnation: number, ms: number): Stored {
  return { _id: messageId(messageIdPrefix(stream, incarnation), `${ms}-0`), stream, type: 'main' };
}

it('finds the messages of a stream in few reads, however many another key in its range has', async () => {
  const messages = mongo.db.collection<Stored>('among others');
  const own = [...Array(1200).keys()].map((i) => message('k', 1, i + 1));
  const last = message('k', 1_000_000_000, 1);
  const others = [...Array(5000).keys()].map((i) => message('k@b', 1, i + 1));
  await messages.insertMany([...own, last, ...others]);

  let reads = 0;
  const counting = new Proxy(messages, {
    get: (target, name) => {
      if (name === 'find') reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const found: string[] = [];
  const stream = { stream: 'k', type: 'main' };
  for await (const page of recordsOfStream(counting, messageIdBounds('k'), stream, 'owner'))
    found.push(...page.map(({ _id }) => _id));
  expect(found).toEqual([...own, last].map(({ _id }) => _id));
  expect(reads).toBe(4);
});
