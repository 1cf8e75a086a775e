import { messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { Redis } from 'ioredis';
import { openClients } from './open-clients.js';

/**
 * A bare loop on changes: the names that the server reports (CLIENT TRACKING in broadcasting mode), one pipeline of reads, one
 * unordered bulkWrite (each an upsert), what is reported meanwhile next. It knows the types by the names, what changed while it was away is lost,
 * and nothing in it is safe. What is there before is read and written first, so that it has a document for each key as the fleet has.
 */
const COUNT = 1_000;

const {
  parent,
  config,
  redis,
  mongo: { db },
} = openClients('bench bare changes', { protocol: 2 });
const feed = new Redis(config.text('redisUrl'), { protocol: 2 });
const collections = {
  many: db.collection<{ _id: string }>('hashes'),
  some: db.collection<{ _id: string }>('sets'),
  new: db.collection<{ _id: string }>('stream_messages'),
};
const changed = new Set<string>();
let heard = () => {};
feed.on('messageBuffer', (_channel: Buffer, names: Buffer[] | null) => {
  for (const name of names ?? []) changed.add(name.toString());
  heard();
});
await feed.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(await feed.client('ID')), 'BCAST');
await feed.subscribe('__redis__:invalidate');
for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
  const [next, keys] = await redis.scan(cursor, 'COUNT', COUNT);
  await bring(keys);
  cursor = next;
}
parent.send({ ready: true });

for (;;) {
  if (changed.size === 0)
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  const keys = [...changed].slice(0, COUNT);
  for (const key of keys) changed.delete(key);
  await bring(keys);
}

async function bring(keys: readonly string[]): Promise<void> {
  for (const [kind, collection] of Object.entries(collections)) {
    const some = keys.filter((key) => key.startsWith(`${kind}:`));
    if (some.length === 0) continue;
    const reads = redis.pipeline();
    for (const key of some)
      if (kind === 'many') reads.hgetall(key);
      else if (kind === 'some') reads.smembers(key);
      else reads.xrange(key, '-', '+');
    const replies = (await reads.exec()) ?? [];
    const documents = some.map((key, i) => documentOf(kind, key, replies[i]?.[1]));
    await collection.bulkWrite(
      documents.map(({ _id, ...$set }) => ({
        updateOne: { filter: { _id }, update: { $set }, upsert: true },
      })),
      { ordered: false },
    );
  }
}

function documentOf(kind: string, key: string, value: unknown): { _id: string } & Record<string, unknown> {
  if (kind === 'many') return { _id: key, fields: value };
  if (kind === 'some') return { _id: key, members: value };
  // A new stream has one entry.
  return { _id: messageId(messageIdPrefix(key, 1), '1-0'), content: value };
}
