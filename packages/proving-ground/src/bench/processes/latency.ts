import { setTimeout as sleep } from 'node:timers/promises';
import { messageId, messageIdPrefix } from '@redis-to-mongo/pipeline';
import { entryFields, streamKeys } from '../fill-streams.js';
import { openClients } from './open-clients.js';

/**
 * Writes entries at a steady rate over streams that the fleet knows, and asks MongoDB all the time for those that are
 * on their way (some of them, where there are many): the time from XADD to readable. Writer and reader are one process,
 * so that they have one clock. What is written while warming up does not count; its end is told of.
 */
/** Entries a second that are looked for, about. */
const SAMPLES_PER_SEC = 200;
/** Between two looks, in ms: the resolution. */
const LOOK_MS = 2;
/** Entries asked for at once, the oldest: asking is to cost MongoDB little, also where many are on their way. */
const LOOKED_FOR = 50;
/** What has not come by then, after the last entry, in ms, counts as lost. */
const GIVE_UP_MS = 30_000;

const { parent, config, redis, mongo } = openClients('bench latency');
/** Entries of other runs over these streams have smaller numbers. */
const FIRST = 1_000_000;
const isById = config.text('lookUp') === 'id';
const messages = mongo.db.collection<{ _id: string; content?: { account?: string } }>('stream_messages');
if (!isById) await messages.createIndex({ 'content.account': 1 });
const keys = streamKeys({ streams: config.number('streams') });
const perSec = config.number('perSec');
const warmUpMs = 1000 * config.number('warmUpSeconds');
await mongo.db.command({ ping: 1 });
await redis.ping();
parent.send({ ready: true });
await parent.word();

const onTheirWay = new Map<string, number>();
const waits: number[] = [];
const begin = performance.now();
const endsAt = begin + warmUpMs + 1000 * config.number('seconds');
const sampleEvery = Math.max(1, Math.round(perSec / SAMPLES_PER_SEC));
/** When the last entry was answered for: behind a writer that is asked for too much, that is later than `endsAt`. */
let writtenAt = Number.POSITIVE_INFINITY;
const looking = look();
setTimeout(() => parent.send({ isWarm: true }), warmUpMs);
const written = await write();
writtenAt = performance.now();
const seconds = (performance.now() - begin) / 1000;
await looking;
if (onTheirWay.size > 0) throw new Error(`${onTheirWay.size} entries did not arrive within ${GIVE_UP_MS} ms`);
parent.send({ written, seconds, waits });

async function write(): Promise<number> {
  const adding = new Set<Promise<void>>();
  let n = 0;
  for (let now = begin; now < endsAt; now = performance.now()) {
    const due = Math.ceil(((now - begin) * perSec) / 1000);
    if (n < due) {
      const added = add(n, due, now - begin >= warmUpMs).finally(() => adding.delete(added));
      adding.add(added);
      n = due;
    }
    await sleep(1);
  }
  await Promise.all(adding);
  return n;
}

/** Adds the entries from one number up to another, by one pipeline: the writer is to take little of the machine. */
async function add(from: number, to: number, isSampled: boolean): Promise<void> {
  const pipeline = redis.pipeline();
  for (let n = from; n < to; n++) pipeline.xadd(keyOf(n), '*', ...entryFields(FIRST + n));
  const at = performance.now();
  const replies = (await pipeline.exec()) ?? [];
  replies.forEach(([error, id], i) => {
    if (error) throw error;
    const n = from + i;
    if (isSampled && n % sampleEvery === 0)
      onTheirWay.set(
        isById ? messageId(messageIdPrefix(keyOf(n), 1), String(id)) : (entryFields(FIRST + n)[3] ?? ''),
        at,
      );
  });
}

function keyOf(n: number): string {
  return keys[n % keys.length] ?? '';
}

async function look(): Promise<void> {
  while (
    writtenAt === Number.POSITIVE_INFINITY ||
    (onTheirWay.size > 0 && performance.now() < writtenAt + GIVE_UP_MS)
  ) {
    if (onTheirWay.size > 0) {
      const asked = [...onTheirWay.keys()].slice(0, LOOKED_FOR);
      const found = isById
        ? await messages.find({ _id: { $in: asked } }, { projection: { _id: 1 } }).toArray()
        : await messages
            .find({ 'content.account': { $in: asked } }, { projection: { 'content.account': 1 } })
            .toArray();
      const now = performance.now();
      for (const { _id, content } of found) {
        const id = isById ? _id : (content?.account ?? '');
        const from = onTheirWay.get(id);
        if (from === undefined) continue;
        waits.push(now - from);
        onTheirWay.delete(id);
      }
    }
    await sleep(LOOK_MS);
  }
}
