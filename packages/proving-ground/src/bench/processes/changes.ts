import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { openClients } from './open-clients.js';

/**
 * Changes keys at a steady rate, and asks MongoDB all the time for those on their way (some of them, where there are many): the time
 * from the change to readable. Writer and reader are one process, so that they have one clock.
 */
/** Changes a second that are looked for, about. */
const SAMPLES_PER_SEC = 100;
/** Between two looks, in ms: the resolution. */
const LOOK_MS = 2;
const LOOKED_FOR = 50;
/** What has not come by then, after the last change, in ms, counts as lost. */
const GIVE_UP_MS = 60_000;

const { parent, config, redis, mongo } = openClients('bench');
const kind = config.text('kind');
const keys = config.number('keys');
const perSec = config.number('perSec');
const warmUpMs = 1000 * config.number('warmUpSeconds');

/** How a change of one kind is made, and how it shows. */
const { collection, change, isThere } = kindOf(kind);
const documents = mongo.db.collection<{ _id: string } & Record<string, unknown>>(collection);
await mongo.db.command({ ping: 1 });
await redis.ping();
parent.send({ ready: true });
await parent.word();

const onTheirWay = new Map<string, { readonly n: number; readonly at: number }>();
const waits: number[] = [];
const begin = performance.now();
const endsAt = begin + warmUpMs + 1000 * config.number('seconds');
const sampleEvery = Math.max(1, Math.round(perSec / SAMPLES_PER_SEC));
let changedAt = Number.POSITIVE_INFINITY;
const looking = look();
setTimeout(() => parent.send({ isWarm: true }), warmUpMs);
const changed = await changeAll();
changedAt = performance.now();
const seconds = (performance.now() - begin) / 1000;
await looking;
if (onTheirWay.size > 0) throw new Error(`${onTheirWay.size} changes did not arrive within ${GIVE_UP_MS} ms`);
parent.send({ written: changed, seconds, waits });

async function changeAll(): Promise<number> {
  const changing = new Set<Promise<void>>();
  let n = 0;
  for (let now = begin; now < endsAt; now = performance.now()) {
    const due = Math.ceil(((now - begin) * perSec) / 1000);
    if (n < due) {
      const sent = send(n, due, now - begin >= warmUpMs).finally(() => changing.delete(sent));
      changing.add(sent);
      n = due;
    }
    await sleep(1);
  }
  await Promise.all(changing);
  return n;
}

async function send(from: number, to: number, isSampled: boolean): Promise<void> {
  const pipeline = redis.pipeline();
  const at = performance.now();
  for (let n = from; n < to; n++) {
    const id = change(pipeline, n);
    if (isSampled && n % sampleEvery === 0) onTheirWay.set(id, { n, at });
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

async function look(): Promise<void> {
  while (
    changedAt === Number.POSITIVE_INFINITY ||
    (onTheirWay.size > 0 && performance.now() < changedAt + GIVE_UP_MS)
  ) {
    const asked = [...onTheirWay.keys()].slice(0, LOOKED_FOR);
    if (asked.length > 0) {
      const found = await documents.find({ _id: { $in: asked } }).toArray();
      const now = performance.now();
      for (const document of found) {
        const waiting = onTheirWay.get(document._id);
        if (!waiting || !isThere(document, waiting.n)) continue;
        waits.push(now - waiting.at);
        onTheirWay.delete(document._id);
      }
    }
    await sleep(LOOK_MS);
  }
}

type Pipeline = ReturnType<Redis['pipeline']>;

function kindOf(name: string): {
  readonly collection: string;
  /** Makes the change of number `n`. Returns the `_id` of the document that shows it. */
  readonly change: (pipeline: Pipeline, n: number) => string;
  readonly isThere: (document: Record<string, unknown>, n: number) => boolean;
} {
  // A prime, so that keys come in turn, and not as they lie.
  const keyOf = (n: number) => `many:${(n * 7919) % keys}`;
  if (name === 'hash')
    return {
      collection: 'hashes',
      change: (pipeline, n) => {
        pipeline.hset(keyOf(n), 'changed', String(n));
        return keyOf(n);
      },
      isThere: ({ fields }, n) => Number(Reflect.get(Object(fields), 'changed')) >= n,
    };
  if (name === 'set')
    return {
      collection: 'sets',
      change: (pipeline, n) => {
        pipeline.sadd(`some:${n % 100}`, String(n));
        return `some:${n % 100}`;
      },
      isThere: ({ members }, n) => Array.isArray(members) && members.includes(String(n)),
    };
  return {
    collection: 'stream_messages',
    change: (pipeline, n) => {
      pipeline.xadd(`new:${n}`, '1-0', 'n', String(n));
      return `new:${n}@a1:a1-a0`;
    },
    isThere: () => true,
  };
}
