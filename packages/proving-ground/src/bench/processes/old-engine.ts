import { streamKeys } from '../fill-streams.js';
import { documentOf } from './documents.js';
import { openClients } from './open-clients.js';

/**
 * The way the old engine worked, after its description, written again: one XREAD over all streams, one insert for each
 * message, and the stream's position saved behind its messages. It stops after this many entries.
 */
const MESSAGES_PER_STREAM = 1_000;

const { parent, config, redis, mongo, ready } = openClients('bench old way');
const messages = mongo.db.collection('stream_messages');
const positions = mongo.db.collection<{ _id: string; id: string }>('streams');
const last = new Map(streamKeys({ streams: config.number('streams') }).map((key) => [key, '0-0']));
await ready();
await parent.word();

const limit = config.number('limit');
let entries = 0;
while (entries < limit) {
  const found = await redis.xread('COUNT', MESSAGES_PER_STREAM, 'STREAMS', ...last.keys(), ...last.values());
  if (!found) break;
  for (const [key, page] of found) {
    if (entries >= limit) break;
    for (const entry of page) {
      await messages.insertOne(documentOf(key, entry));
      last.set(key, entry[0]);
      entries++;
      if (entries >= limit) break;
    }
    await positions.updateOne({ _id: key }, { $set: { id: last.get(key) ?? '' } }, { upsert: true });
  }
}
parent.send({ entries });
