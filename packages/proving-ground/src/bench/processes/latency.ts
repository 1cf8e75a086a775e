import { messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { runPipeline } from '../../generator/run-pipeline.js';
import { entryFields, streamKeys } from '../fill-streams.js';
import { openClients } from './open-clients.js';
import { sampleWaits } from './sample-waits.js';

/** Adds entries to known streams, and measures the time until each is readable; see sampleWaits. */
const clients = openClients('bench latency');
const { config, redis, mongo } = clients;
/** The first entry's number. The entries that filled these streams have smaller numbers. */
const FIRST = 1_000_000;
const isById = config.text('lookUp') === 'id';
const messages = mongo.db.collection<{ _id: string; content?: { account?: string } }>('stream_messages');
if (!isById) await messages.createIndex({ 'content.account': 1 });
const keys = streamKeys({ streams: config.number('streams') });
const keyOf = (n: number) => keys[n % keys.length] ?? '';
const accountOf = (n: number) => entryFields(FIRST + n)[3] ?? '';

await sampleWaits(clients, {
  samplesPerSec: 200,
  giveUpMs: 30_000,
  send: async (from, to) => {
    const pipeline = redis.pipeline();
    for (let n = from; n < to; n++) pipeline.xadd(keyOf(n), '*', ...entryFields(FIRST + n));
    const ids = await runPipeline(pipeline);
    return ids.map((id, i) =>
      isById ? messageId(messageIdPrefix(keyOf(from + i), 1), String(id)) : accountOf(from + i),
    );
  },
  find: async (asked) => {
    if (isById) {
      const found = messages.find({ _id: { $in: [...asked] } }, { projection: { _id: 1 } });
      return await found.map(({ _id }) => _id).toArray();
    }
    const found = messages.find(
      { 'content.account': { $in: [...asked] } },
      { projection: { 'content.account': 1 } },
    );
    return await found.map(({ content }) => content?.account ?? '').toArray();
  },
});
