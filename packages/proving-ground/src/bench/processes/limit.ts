import type { Document } from 'mongodb';
import { streamKeys } from '../fill-streams.js';
import { documentOf } from './documents.js';
import { openClients } from './open-clients.js';

/**
 * The limit of what a fleet in Node can reach with these drivers: a bare loop that reads (XRANGE COUNT 5000),
 * maps, and writes (unordered insertMany, majority and journal, as the fleet). It reads the next batch during
 * the write. Several small streams are read at the same time. It keeps no position, and is not crash-safe.
 */
const COUNT = 5_000;

const { parent, config, redis, mongo, ready } = openClients('bench limit');
const messages = mongo.db.collection('stream_messages');
await ready();
await parent.nextMessage();

let entries = 0;
let writing: Promise<unknown> = Promise.resolve();
for await (const documents of batches()) {
  await writing;
  writing = messages.insertMany(documents, { ordered: false });
  entries += documents.length;
}
await writing;
parent.send({ entries });

async function* batches(): AsyncGenerator<Document[]> {
  const keys = streamKeys({ streams: config.number('streams') });
  const together = Math.max(1, Math.floor(COUNT / config.number('entries')));
  for (let i = 0; i < keys.length; i += together) {
    let open = keys.slice(i, i + together).map((key) => ({ key, from: '-' }));
    while (open.length > 0) {
      const read = await Promise.all(
        open.map(({ key, from }) => redis.xrange(key, from, '+', 'COUNT', COUNT)),
      );
      const documents = read.flatMap((page, n) => page.map((entry) => documentOf(open[n]?.key ?? '', entry)));
      if (documents.length > 0) yield documents;
      open = open.flatMap(({ key }, n) => {
        const last = read[n]?.[COUNT - 1];
        return last ? [{ key, from: `(${last[0]}` }] : [];
      });
    }
  }
}
