import type { connectRedis } from '@redis-to-mongo/redis-connection';
import fc from 'fast-check';

type Redis = ReturnType<typeof connectRedis>;

/** A value of any type, as the command that makes it: without the key. */
export interface RandomValue {
  readonly type: 'stream' | 'hash' | 'string' | 'set' | 'zset' | 'list' | 'json';
  readonly command: string;
  readonly args: readonly (string | Buffer)[];
}

const bytes = fc.uint8Array({ maxLength: 8 }).map((each) => Buffer.from(each));
const json = fc
  .json({ maxDepth: 2 })
  .chain((text) => fc.constantFrom(text, JSON.stringify(JSON.parse(text), undefined, 1)));
const object = fc.dictionary(
  fc.constantFrom('a', 'b', '_id', '_redis', '$set', 'x.y', '', '7', 'key', 'form', 'value'),
  fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.constant(null), fc.constant({ deep: [1] })),
);
const text = fc.oneof(
  json,
  object.map((each) => JSON.stringify(each)),
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom('1.50', '01', '9007199254740993', 'null', '""', '1700000000000', '2026-01-31', 'true'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.string({ maxLength: 12 }),
  bytes,
);
const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'name',
    '_id',
    '_redis',
    '$set',
    'x.y',
    '',
    '7',
    '12',
    'fields',
    'form',
    'revision',
  ),
  fc.string({ maxLength: 6 }),
  bytes,
);
const score = fc.oneof(
  fc.double({ noNaN: true }).map((each) => (Object.is(each, -0) ? '-0' : String(each))),
  fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }).map(String),
  fc.constantFrom('inf', '-inf'),
);
const once = <T extends string | Buffer>(each: fc.Arbitrary<T>) =>
  fc.uniqueArray(each, { minLength: 1, maxLength: 8, selector: (item) => Buffer.from(item).toString('hex') });

/** A JSON document, for a server that has them. */
export const anyJson: fc.Arbitrary<RandomValue> = fc
  .oneof(
    json,
    object.map((each) => JSON.stringify(each)),
  )
  .map((each) => ({ type: 'json', command: 'JSON.SET', args: ['$', each] }));

/** Any value of the other types, small. */
export const anyValue: fc.Arbitrary<RandomValue> = fc.oneof(
  fc
    .array(fc.tuple(name, text), { minLength: 1, maxLength: 6 })
    .map((pairs) => ({ type: 'stream' as const, command: 'XADD', args: ['*', ...pairs.flat()] })),
  once(name)
    .chain((names) => fc.tuple(...names.map((each) => fc.tuple(fc.constant(each), text))))
    .map((pairs) => ({ type: 'hash' as const, command: 'HSET', args: pairs.flat() })),
  text.map((each) => ({ type: 'string' as const, command: 'SET', args: [each] })),
  once(text).map((args) => ({ type: 'set' as const, command: 'SADD', args })),
  once(text)
    .chain((members) => fc.tuple(...members.map((each) => fc.tuple(score, fc.constant(each)))))
    .map((pairs) => ({ type: 'zset' as const, command: 'ZADD', args: pairs.flat() })),
  fc
    .array(text, { minLength: 1, maxLength: 8 })
    .map((args) => ({ type: 'list' as const, command: 'RPUSH', args })),
);

const kind = fc.constantFrom('number', 'json', 'date');

/** Members of a rule that lose nothing, for a key of this type. */
export function anyRule(type: RandomValue['type']): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const ids = {
    id: fc.constantFrom('{1}', '{1}-{1}'),
    idType: fc.constantFrom('text', 'number', 'objectId'),
  };
  if (type === 'json')
    return fc.oneof(
      fc.constant({}),
      fc.record({ shape: fc.constant('document'), ...ids }, { requiredKeys: ['shape'] }).map(withId),
    );
  const parse =
    type === 'stream' || type === 'hash'
      ? fc.dictionary(fc.constantFrom('a', 'b', 'name', '_id', '7', 'x.y'), kind)
      : type === 'string'
        ? fc.record({ value: kind })
        : type === 'list'
          ? fc.record({ item: kind })
          : type === 'set'
            ? fc.record({ member: kind })
            : fc.record({ member: kind, score: fc.constant('date') });
  const rename = fc.constantFrom({ a: 'alpha' }, { name: '_id' }, { a: 'x.y', b: '$b' }, { form: 'key' });
  const hasFields = type === 'stream' || type === 'hash';
  const plain = fc.record(
    { parse, ...(hasFields ? { fields: fc.record({ rename }) } : {}) },
    { requiredKeys: [] },
  );
  const shaped = fc.record(
    {
      parse: type === 'string' ? fc.constant({ value: 'json' }) : parse,
      fields: fc.record({
        rename: type === 'stream' || type === 'hash' ? rename : fc.constantFrom(...NAMES[type]),
      }),
      shape: fc.constant('document'),
      ...(type === 'stream' ? {} : ids),
    },
    { requiredKeys: ['shape', ...(type === 'string' ? (['parse'] as const) : [])] },
  );
  return fc.oneof(plain, shaped).map(withId);
}

/** An `idType` goes with an `id`. */
function withId({ idType, ...rule }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return rule.id === undefined || idType === undefined ? rule : { ...rule, idType };
}

/** Other names for what a value without fields has. */
const NAMES: Readonly<
  Record<'string' | 'set' | 'zset' | 'list', readonly Readonly<Record<string, string>>[]>
> = {
  string: [{ value: 'text' }],
  set: [{ members: 'tags', member: 'tag' }, { members: 'form' }],
  zset: [{ members: 'players', member: 'player', score: 'points' }, { score: 'key' }],
  list: [{ items: 'jobs', item: 'job' }],
};

const JSON_TYPE = 'ReJSON-RL';

/**
 * What DUMP gives for a key; sets and hashes keep no order, so theirs is that of the same value made in the order of names. A JSON
 * document's is that of what its own text makes: RedisJSON reads some numbers another way than it wrote them.
 */
export async function dumpOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  if (type !== 'set' && type !== 'hash' && type !== JSON_TYPE) return hexOf(await redis.dumpBuffer(key));
  const copy = `copy of ${key}`;
  await redis.del(copy);
  if (type === JSON_TYPE) await redis.call('JSON.SET', copy, '$', String(await redis.call('JSON.GET', key)));
  else if (type === 'set') {
    for (const member of (await redis.smembersBuffer(key)).sort(Buffer.compare))
      await redis.sadd(copy, member);
  } else {
    for (const field of (await redis.hkeysBuffer(key)).sort(Buffer.compare))
      await redis.hset(copy, field, (await redis.hgetBuffer(key, field)) ?? '');
  }
  const dump = hexOf(await redis.dumpBuffer(copy));
  await redis.del(copy);
  return dump;
}

/** The same for a key of another Redis, on this one: how sets and hashes lie in memory is another thing in each server. */
export async function dumpOfCopy(from: Redis, on: Redis, key: string): Promise<string> {
  const dump = await from.dumpBuffer(key);
  if (dump === null) return 'none';
  if ((await from.type(key)) === JSON_TYPE) return hexOf(dump);
  const copy = `${key} brought here`;
  await on.restore(copy, 0, dump, 'REPLACE');
  const own = await dumpOf(on, copy);
  await on.del(copy);
  return own;
}

function hexOf(dump: Buffer | null): string {
  return dump?.toString('hex') ?? 'none';
}
