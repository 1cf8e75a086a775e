import { setTimeout as sleep } from 'node:timers/promises';
import { streamKeys } from '../fill-streams.js';
import { documentOf } from './documents.js';
import { openClients } from './open-clients.js';

/**
 * The old engine's way, rewritten from its description: one XREAD over all streams, one insert per
 * message with a generated `_id`, and the stream's position saved after its messages. With a limit,
 * it stops after this many entries. Without one, it reads every second, and after a restart
 * continues at its saved positions.
 */
const MESSAGES_PER_STREAM = 1_000;
const EVERY_MS = 1_000;

const { parent, config, redis, mongo, ready } = openClients('bench old way');
const messages = mongo.db.collection('stream_messages');
const positions = mongo.db.collection<{ _id: string; id: string }>('streams');
const last = new Map(streamKeys({ streams: config.number('streams') }).map((key) => [key, '0-0']));
for (const { _id, id } of await positions.find().toArray()) last.set(_id, id);
const follows = config.number('limit') === 0;
const limit = follows ? Number.POSITIVE_INFINITY : config.number('limit');
await ready();
if (!follows) await parent.nextMessage();

let entries = 0;
while (entries < limit) {
  const begin = performance.now();
  const found = await redis.xread('COUNT', MESSAGES_PER_STREAM, 'STREAMS', ...last.keys(), ...last.values());
  if (!found && !follows) break;
  for (const [key, page] of found ?? []) {
    const taken = page.slice(0, limit - entries);
    for (const entry of taken) {
      const { _id, ...document } = documentOf(key, entry);
      await messages.insertOne(document);
      last.set(key, entry[0]);
    }
    entries += taken.length;
    await positions.updateOne({ _id: key }, { $set: { id: last.get(key) ?? '' } }, { upsert: true });
  }
  if (follows) await sleep(Math.max(0, begin + EVERY_MS - performance.now()));
}
parent.send({ entries });
