import { messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { Redis } from 'ioredis';
import { openClients } from './open-clients.js';

/**
 * A bare loop that copies changes. Redis reports names of changed keys (CLIENT TRACKING in broadcasting
 * mode). The loop reads these keys in one pipeline per type, writes them by one unordered bulkWrite of
 * upserts, and goes on with the names that have arrived since. It knows the types from the names, loses
 * changes made while it is down, and is not crash-safe. First it reads and writes all existing keys, so that
 * each has a document, as with the fleet.
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
