import { setTimeout as sleep } from 'node:timers/promises';
import { streamKeys } from '../fill-streams.js';
import { documentOf } from './documents.js';
import { openClients } from './open-clients.js';

/**
 * The old engine's way on streams that grow, after its description, written again: each second one XREAD over all streams, one
 * insert for each message with an `_id` made up for it, and a stream's position saved behind its messages. It continues from there.
 */
const MESSAGES_PER_STREAM = 1_000;
const EVERY_MS = 1_000;

const { config, redis, mongo, ready } = openClients('bench follow old way');
const messages = mongo.db.collection('stream_messages');
const positions = mongo.db.collection<{ _id: string; id: string }>('streams');
const last = new Map(streamKeys({ streams: config.number('streams') }).map((key) => [key, '0-0']));
for (const { _id, id } of await positions.find().toArray()) last.set(_id, id);
await ready();

for (;;) {
  const begin = performance.now();
  const found = await redis.xread('COUNT', MESSAGES_PER_STREAM, 'STREAMS', ...last.keys(), ...last.values());
  for (const [key, page] of found ?? []) {
    for (const entry of page) {
      const { _id, ...document } = documentOf(key, entry);
      await messages.insertOne(document);
      last.set(key, entry[0]);
    }
    await positions.updateOne({ _id: key }, { $set: { id: last.get(key) ?? '' } }, { upsert: true });
  }
  await sleep(Math.max(0, begin + EVERY_MS - performance.now()));
}
