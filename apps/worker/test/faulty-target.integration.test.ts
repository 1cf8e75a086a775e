import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { elementsOf, mongoSink, parseManifest, readyMadeBson } from '@redis-to-mongo/mongo-sink';
import { type Line, messageIdBounds } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { addsUp, fuzz, testSinkOptions } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { type Document, MongoNetworkError } from 'mongodb';
import { expect, it } from 'vitest';
import { jobsUnderTest } from './job-under-test.js';

const on = jobsUnderTest();
type Db = typeof on.under.db;

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const COLLECTIONS = ['strings', 'hashes', 'sets', 'zsets', 'lists'];
const MEMBERS: Readonly<Record<string, string>> = {
  ...{ hashes: 'hash_fields', sets: 'set_members', zsets: 'zset_members', lists: 'list_items' },
};
/** As many as a key may kill before it is quarantined. */
const MOST_DEATHS = 2;

/** How a command to MongoDB fares: it does not come through; its answer does not; half of its records, and no answer. */
type Fate = 'well' | 'lost' | 'unanswered' | 'half';

const AWAITED = new Set([
  ...['command', 'findOne', 'findOneAndUpdate', 'updateOne', 'updateMany', 'insertOne', 'insertMany'],
  ...['deleteOne', 'deleteMany', 'replaceOne', 'bulkWrite', 'countDocuments'],
]);

/** The database, whose commands fare as `next` says. */
function faulty(db: Db, next: () => Fate): Db {
  const within = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, member) {
        const own: unknown = Reflect.get(target, member);
        if (typeof own !== 'function') return own;
        return (...args: unknown[]): unknown => {
          const run = (given = args): unknown => Reflect.apply(own, target, given);
          if (member === 'collection') return within(run() as object);
          return AWAITED.has(String(member)) ? fare(next(), args, run) : run();
        };
      },
    });
  return within(db);
}

async function fare(fate: Fate, args: unknown[], run: (args?: unknown[]) => unknown): Promise<unknown> {
  if (fate === 'well') return await run();
  if (fate === 'unanswered') await run();
  if (fate === 'half') {
    const [command] = args as [Document];
    for (const list of ['documents', 'updates'])
      if (Array.isArray(command?.[list]))
        await run([{ ...command, [list]: command[list].filter((_: unknown, i: number) => i % 2 === 0) }]);
  }
  throw new MongoNetworkError('the connection was cut');
}

const key = fc.constantFrom(...KEYS);
const text = fc.constantFrom('1', '2', '3', '-9223372036854775808', 'x', '');
const change = fc.oneof(
  fc.tuple(fc.constant('set'), text),
  fc.tuple(fc.constant('set'), text),
  fc.tuple(fc.constant('hset'), fc.constantFrom('f', 'a.b', '$'), text),
  fc.tuple(fc.constant('sadd'), text),
  fc.tuple(fc.constant('zadd'), fc.constantFrom('1', '-0', 'inf'), text),
  fc.tuple(fc.constant('rpush'), text),
  fc.tuple(fc.constant('xadd'), fc.constant('*'), fc.constant('n'), text),
  fc.tuple(fc.constant('del')),
);
const step = fc.oneof(
  fc.record({ do: fc.constant('change' as const), key, change, isAnew: fc.boolean() }),
  fc.record({ do: fc.constant('change' as const), key, change, isAnew: fc.boolean() }),
  fc.record({
    do: fc.constant('run' as const),
    keys: fc.subarray(KEYS, { minLength: 1 }),
    isAwaited: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('die' as const),
    keys: fc.subarray(KEYS, { minLength: 1 }),
    after: fc.nat(12),
  }),
);
const fates = fc.array(fc.constantFrom<Fate>('well', 'well', 'well', 'lost', 'unanswered', 'half'), {
  maxLength: 60,
});

it('each value and entry is there once and whole in the end, whatever becomes of commands, runs and workers', async () => {
  const newSequence = await readyMadeBson();
  let round = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 3, maxLength: 14 }),
    fates,
    fc.boolean(),
    fc.constantFrom(0, 10),
    async (steps, given, isReadyMade, forMs) => {
      const { redis, db } = on.under;
      const of = ++round;
      const name = (short: string) => `${of}:${short}`;
      const left = [...given];
      const lineFor = (at?: Line['at']): Promise<Line> =>
        on.under.line({
          source: redisSource(redis, KEY_TYPES, { readEntries: 2, readBytes: 1 << 20, maxInlineMembers: 2 }),
          sink: mongoSink(
            faulty(db, () => left.shift() ?? 'well'),
            {
              ...testSinkOptions(),
              retry: { baseMs: 1, capMs: 1, forMs },
              newSequence: isReadyMade ? newSequence : undefined,
            },
          ),
          ...(at ? { at } : {}),
        });
      const worker = await on.worker(await lineFor());
      const underWay: Promise<unknown>[] = [];
      let deaths = 0;
      const run = async (keys: readonly string[]) => void (await worker.job()(keys));
      for (const each of steps) {
        if (each.do === 'change') {
          const [command, ...args] = each.change;
          const changed = name(each.key);
          const sent = redis.multi();
          if (each.isAnew) sent.del(changed);
          sent.call(command, changed, ...args);
          await sent.exec(); // another type than before is refused
          await on.queue.request([changed]);
        } else if (each.do === 'run') {
          const running = run(each.keys.map(name)).catch(() => {});
          underWay.push(running);
          if (each.isAwaited) await running;
        } else if (deaths++ < MOST_DEATHS) {
          let steps = each.after;
          let dead = () => {};
          const died = new Promise<void>((resolve) => {
            dead = resolve;
          });
          const at = () => {
            if (steps-- > 0) return;
            dead();
            return new Promise<void>(() => {});
          };
          const dying = await on.worker(await lineFor(at));
          await Promise.race([
            died,
            dying
              .job()(each.keys.map(name))
              .catch(() => {}),
          ]);
          await dying.claims.close();
        }
      }
      await Promise.all(underWay);
      left.length = 0;
      for (let turn = 0; ; turn++) {
        expect(turn).toBeLessThan(30);
        await on.queue.request(await on.queue.due.abandoned());
        const due = await on.queue.due.overdue(0, 1_000);
        if (due.length === 0) break;
        await run(due);
      }
      for (const short of KEYS) await compare(name(short));
    },
  );
  await fuzz('orders of changes, runs, deaths and faults of the target', property, 20);
}, 600_000);

/** What is in MongoDB of a key is what is there of a copy that was read without any trouble. */
async function compare(key: string): Promise<void> {
  const { redis, db } = on.under;
  const state = await db.collection<{ _id: string } & Document>('keys').findOne({ _id: key });
  const type = await redis.type(key);
  if (state) expect(addsUp(state as never), `${key} adds up`).toBe(true);
  if (type === 'none') expect([null, undefined, 'deleted'], key).toContain(state?.status ?? null);
  else expect(state, key).toMatchObject({ status: 'active', keyType: type });
  if (type === 'stream' && state) {
    const there = await db
      .collection('stream_messages')
      .find({ stream: key, _id: messageIdBounds(key, state.incarnation) as never })
      .sort({ _id: 1 })
      .toArray();
    const entries = (await redis.xrange(key, '-', '+')).map(([id]) => id);
    expect(
      there.map(({ entryId }) => entryId),
      key,
    ).toEqual(entries);
  }
  const copy = `copy ${key}`;
  if (type !== 'none' && type !== 'stream') {
    await redis.copy(key, copy);
    const clean = await on.worker(
      await on.under.line({
        source: redisSource(redis, KEY_TYPES, { readEntries: 2, readBytes: 1 << 20, maxInlineMembers: 2 }),
      }),
    );
    await clean.job()([copy]);
  }
  for (const collection of COLLECTIONS) {
    const [mirrored, expected] = await Promise.all([key, copy].map((id) => contentOf(collection, id)));
    expect(mirrored, `${key} in ${collection}`).toEqual(expected);
  }
}

/** An active value, without what distinguishes one key or moment from another. */
async function contentOf(collection: string, id: string): Promise<unknown> {
  const found = await on.under.db.collection<{ _id: string } & Document>(collection).findOne({ _id: id });
  if (!found?.active) return undefined;
  const { form, size, fields, members, items, value, integer, expiresAt } = found;
  const whole = { form, size, fields, members, items, value, integer, expiresAt };
  if (form !== 'members') return whole;
  const elements = await on.under.db
    .collection(MEMBERS[collection] ?? '')
    .find(elementsOf(parseManifest(found)) as Document)
    .toArray();
  const texts = elements.map(({ field, value: its, member, score, item }) =>
    JSON.stringify([field, its, member, score, item]),
  );
  return { ...whole, elements: texts.sort() };
}
