import type { Document } from 'mongodb';
import { openClients } from './open-clients.js';

/**
 * A bare loop that copies small values as the fleet does: SCAN, TYPE, then value and PTTL in pipelines of a
 * thousand keys, and two documents per key by unordered insertMany (majority and journal, as the fleet). It
 * reads the next page during the writes. It has no index, keeps no digest and no position to continue from,
 * and is not crash-safe.
 */
const COUNT = 1_000;

const { parent, redis, mongo, ready } = openClients('bench bare loop');
const values = mongo.db.collection('bare_values');
const states = mongo.db.collection('bare_states');
await ready();
await parent.nextMessage();

let entries = 0;
let writing: Promise<unknown> = Promise.resolve();
let cursor: string | undefined = '0';
while (cursor !== undefined) {
  const [next, keys]: [string, string[]] = await redis.scan(cursor, 'COUNT', COUNT);
  cursor = next === '0' ? undefined : next;
  if (keys.length === 0) continue;
  const documents = await read(keys);
  await writing;
  writing = write(documents);
  entries += documents.length;
}
await writing;
parent.send({ entries });

async function read(keys: readonly string[]): Promise<Document[]> {
  const types = redis.pipeline();
  for (const key of keys) types.type(key);
  const typeOf = ((await types.exec()) ?? []).map(([, type]) => String(type));
  const whole = redis.pipeline();
  for (const [i, key] of keys.entries()) {
    if (typeOf[i] === 'hash') whole.hgetall(key);
    else if (typeOf[i] === 'set') whole.smembers(key);
    else whole.get(key);
    whole.pttl(key);
  }
  const replies = (await whole.exec()) ?? [];
  return keys.map((key, i) => ({
    _id: key,
    type: typeOf[i],
    value: replies[2 * i]?.[1],
    pttl: replies[2 * i + 1]?.[1],
  }));
}

async function write(documents: readonly Document[]): Promise<void> {
  const at = new Date();
  const all = documents.map(({ _id, type }) => ({ _id, type, status: 'active', revision: 1, at }));
  await Promise.all([
    values.insertMany([...documents], { ordered: false }),
    states.insertMany(all, { ordered: false }),
  ]);
}
