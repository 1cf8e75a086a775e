import { dateOf } from '@redis-to-mongo/pipeline';
import type { Item, ItemDetail } from '../contract/value-type.js';
import { unexpected } from './scan-pages.js';

const FIELDS_AT_ONCE = 1000;
const NEVER = Buffer.alloc(0);
const LAST = Number.POSITIVE_INFINITY;
/** The answer of HPEXPIRETIME for a missing field. */
const ABSENT = -2;

/** For hashes whose fields fit into the arguments of one Lua call. */
const ASK = `function(key, items)
  local fields = {}
  for at = 1, #items, 2 do fields[#fields + 1] = items[at] end
  return redis.pcall('HPEXPIRETIME', key, 'FIELDS', #fields, unpack(fields))
end`;

/** ARGV[1] is the command that reports when the key expires. Everything is read at one moment. */
const SCRIPT = `
local items = redis.call('HGETALL', KEYS[1])
local times = {}
for from = 1, #items, ${2 * FIELDS_AT_ONCE} do
  local fields = {}
  for at = from, math.min(from + ${2 * FIELDS_AT_ONCE - 1}, #items), 2 do fields[#fields + 1] = items[at] end
  for _, time in ipairs(redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', #fields, unpack(fields))) do times[#times + 1] = time end
end
return {items, redis.call(ARGV[1], KEYS[1]), times}`;

/**
 * The times at which the fields of a hash expire (ms since 1970, as text; empty for never), if the server has
 * such times (Redis 7.4, Valkey 9 and later) and the user may read them.
 * Source: https://redis.io/docs/latest/commands/hpexpiretime/
 */
export const FIELD_EXPIRY: ItemDetail = {
  probe: (key) => ['HPEXPIRETIME', key, 'FIELDS', '1', ''],
  from: 2,
  commands(key, items) {
    const fields = items.flatMap(([field]) => field ?? []);
    return Array.from({ length: Math.ceil(fields.length / FIELDS_AT_ONCE) }, (_, i) => {
      const some = fields.slice(i * FIELDS_AT_ONCE, (i + 1) * FIELDS_AT_ONCE);
      return ['HPEXPIRETIME', key, 'FIELDS', String(some.length), ...some] as const;
    });
  },
  complete(items, asked, replies) {
    if (items.length === 0) return [];
    const times = replies.includes(null) ? asked.map(() => ABSENT) : replies.flatMap(timesOf);
    if (times.length !== asked.length) throw unexpected('HPEXPIRETIME');
    const timeOf = finder(asked, times);
    const completed: Item[] = [];
    for (const [at, item] of items.entries()) {
      const time = timeOf(item, at);
      if (time === undefined) return undefined;
      if (time !== ABSENT)
        completed.push([...item, time > 0 ? Buffer.from(String(dateOf(time).getTime())) : NEVER]);
    }
    return completed;
  },
  firstToGo(items, before) {
    let first = before;
    for (const item of items) if (goesAt(item) < (first ? goesAt(first) : LAST)) first = item;
    return first;
  },
  ask: ASK,
  script: SCRIPT,
};

/** When a field expires, in ms since 1970; Infinity for never. */
export function goesAt([, , time]: Item): number {
  return time && time.length > 0 ? Number(time) : LAST;
}

/** Finds the time of an item: by its index if both readings have the same order, otherwise by its name. */
function finder(
  asked: readonly Item[],
  times: readonly number[],
): (item: Item, at: number) => number | undefined {
  let byName: Map<string, number> | undefined;
  return ([field = NEVER], at) => {
    if (asked[at]?.[0]?.equals(field)) return times[at];
    byName ??= new Map(asked.map(([name = NEVER], i) => [name.toString('latin1'), times[i] ?? ABSENT]));
    return byName.get(field.toString('latin1'));
  };
}

function timesOf(reply: unknown): readonly number[] {
  if (!Array.isArray(reply)) throw unexpected('HPEXPIRETIME');
  const times: readonly unknown[] = reply;
  return times.map(Number);
}
