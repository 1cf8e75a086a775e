import { connectMongo } from '@redis-to-mongo/mongo-sink';
import { Redis } from 'ioredis';
import type { Document } from 'mongodb';
import { openParent } from './parent.js';

/**
 * A bare loop that does with small values what the fleet does: SCAN, TYPE, the value and PTTL in pipelines of a thousand, and
 * two documents a key by unordered insertMany (majority and journal as the fleet does), the next read during the writes. It has
 * no index, keeps no digest and no position that anybody could go on from, and nothing in it is safe.
 */
const COUNT = 1_000;

const parent = openParent();
const { config } = parent;
const redis = new Redis(config.text('redisUrl'));
const tls = { enabled: false, rejectUnauthorized: true };
const uri = config.text('mongoUri');
const mongo = connectMongo({ uri, dbName: config.text('dbName'), tls }, 'bench bare loop');
const values = mongo.db.collection('bare_values');
const states = mongo.db.collection('bare_states');
await mongo.db.command({ ping: 1 });
await redis.ping();
parent.tell({ ready: true });
await parent.word();

let entries = 0;
let writing: Promise<unknown> = Promise.resolve();
for (let cursor = '0'; ; ) {
  const [next, keys] = await redis.scan(cursor, 'COUNT', COUNT);
  const documents = await read(keys);
  await writing;
  const at = new Date();
  writing = Promise.all([
    values.insertMany(documents, { ordered: false }),
    states.insertMany(
      documents.map(({ _id, type }) => ({ _id, type, status: 'active', revision: 1, at })),
      { ordered: false },
    ),
  ]);
  entries += documents.length;
  cursor = next;
  if (cursor === '0') break;
}
await writing;
parent.tell({ entries });

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
