import { streamKeys } from '../fill-streams.js';
import { documentOf } from './documents.js';
import { openClients } from './open-clients.js';

/**
 * The bare loop on growing streams: a blocking XREAD over all of them, and one unordered
 * insertMany per reply. It reads again during the write. It keeps no position, so it copies only
 * entries from after its start.
 */
const COUNT = 5_000;
const BLOCK_MS = 1_000;

const { config, redis, mongo, ready } = openClients('bench follow');
const messages = mongo.db.collection('stream_messages');
const last = new Map<string, string>();
for (const key of streamKeys({ streams: config.number('streams') })) {
  const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
  last.set(key, newest?.[0] ?? '0-0');
}
await ready();

let writing: Promise<unknown> = Promise.resolve();
for (;;) {
  const from = [...last.keys(), ...last.values()];
  const found = await redis.xread('COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', ...from);
  if (!found) continue;
  const documents = found.flatMap(([key, page]) => page.map((entry) => documentOf(key, entry)));
  for (const [key, page] of found) last.set(key, page.at(-1)?.[0] ?? '0-0');
  await writing;
  writing = messages.insertMany(documents, { ordered: false });
}
