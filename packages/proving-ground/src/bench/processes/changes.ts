import { membersOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { runPipeline } from '../../generator/run-pipeline.js';
import { openClients } from './open-clients.js';
import { sampleWaits } from './sample-waits.js';

/** Makes changes of one kind, and measures the time until each is readable; see sampleWaits. */
const clients = openClients('bench');
const { config, redis, mongo } = clients;
const keys = config.number('keys');
const { collection, change, isThere } = kindOf(config.text('kind'));
const documents = mongo.db.collection<{ _id: string } & Record<string, unknown>>(collection);

await sampleWaits(clients, {
  samplesPerSec: 100,
  giveUpMs: 60_000,
  send: async (from, to) => {
    const pipeline = redis.pipeline();
    const ids = Array.from({ length: to - from }, (_, i) => change(pipeline, from + i));
    await runPipeline(pipeline);
    return ids;
  },
  find: async (asked, numberOf) => {
    const found = await documents.find({ _id: { $in: [...asked] } }).toArray();
    return found.filter((document) => isThere(document, numberOf(document._id))).map(({ _id: id }) => id);
  },
});

type Pipeline = ReturnType<Redis['pipeline']>;

function kindOf(name: string): {
  readonly collection: string;
  /** Makes change number `n`. Returns the `_id` of the document that shows it. */
  readonly change: (pipeline: Pipeline, n: number) => string;
  readonly isThere: (document: Record<string, unknown>, n: number) => boolean;
} {
  // A prime number spreads the changes over the keys.
  const keyOf = (n: number) => `many:${(n * 7919) % keys}`;
  if (name === 'hash')
    return {
      collection: 'hashes',
      change: (pipeline, n) => {
        pipeline.hset(keyOf(n), 'changed', String(n));
        return keyOf(n);
      },
      isThere: ({ fields }, n) => Number(membersOf(fields).changed) >= n,
    };
  if (name === 'set')
    return {
      collection: 'sets',
      change: (pipeline, n) => {
        pipeline.sadd(`some:${n % 100}`, String(n));
        return `some:${n % 100}`;
      },
      isThere: ({ members }, n) => Array.isArray(members) && members.includes(String(n)),
    };
  return {
    collection: 'stream_messages',
    change: (pipeline, n) => {
      pipeline.xadd(`new:${n}`, '1-0', 'n', String(n));
      return `new:${n}@a1:a1-a0`;
    },
    isThere: () => true,
  };
}
