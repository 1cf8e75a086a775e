import type { ValueType } from '@redis-to-mongo/key-types';

/** The codes that the script returns for a key instead of the number of its type. */
export const GONE = 0;
export const ALONE = -1;
export const LATER = -2;
/** A value with more bytes is not small. */
export const MOST_BYTES = 64 * 1024;
/** A value that takes this many times MOST_BYTES of Redis' memory, which has more than its bytes, is not read. */
const HEAVY = 4;
/**
 * Number of answers per key: the code, the reply about its expiry, and the value with the details of its
 * items.
 */
export const ANSWERS = 3;

/**
 * A script that reads many keys, each at one instant: its type, when it expires and, if it is small, its
 * value with the details of its items. It writes nothing.
 * KEYS: the keys.
 * ARGV: the command that reports when a key expires, the three limits (items, bytes of one value, bytes of
 * all), and '1' if details are read.
 * The number of a type is its place in the list, from 1. If the server can (cmsgpack), it packs each value by
 * itself, and then all answers: parsing thousands of small replies would cost the client more than everything
 * else, and a checksum of the packed value shows whether the value has changed.
 */
export function smallScript(types: readonly ValueType[]): string {
  const readers = types.map((type, i) => {
    const { size, whole } = type.source;
    const [command, , ...words] = whole.command(Buffer.alloc(0));
    const args = words.map((word) => `, '${word}'`).join('');
    const sizeOf = !size
      ? 'function() return 0 end'
      : 'lua' in size
        ? size.lua
        : `function(key) return redis.pcall('${size.command}', key) end`;
    const most = size?.of === 'items' ? 'mostItems' : 'mostBytes';
    return `['${type.answer}'] = {
  number = ${i + 1}, most = ${most}, size = ${sizeOf}, details = ${type.source.detail?.ask ?? 'nil'},
  whole = ${whole.lua ?? `function(key) return redis.pcall('${command}', key${args}) end`}}`;
  });
  return `
local expiry, mostItems, mostBytes, left = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local readers = {${readers.join(',\n')}}
local answers = {}

-- Whether items are so large that reading them would hold up the server. False where the user may not ask.
local mayWeigh = true
local function isHeavy(reader, key, size)
  if size < 2 or reader.most ~= mostItems or not mayWeigh then return false end
  local bytes = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '0')
  mayWeigh = type(bytes) == 'number'
  return mayWeigh and bytes > ${HEAVY} * mostBytes
end

-- Two results: what the value holds, and its bytes; none where it is not small, or may not be read.
local function read(reader, key)
  local size = reader.size(key)
  if type(size) ~= 'number' or size > reader.most or isHeavy(reader, key, size) then return nil end
  local whole = reader.whole(key)
  if type(whole) == 'string' then return whole, #whole end
  if type(whole) ~= 'table' or whole.err then return nil end
  local bytes = 0
  for i = 1, #whole do bytes = bytes + #whole[i] end
  return whole, bytes
end

local function pack(value) return cmsgpack and cmsgpack.pack(value) or value end

local function alone(at, code) answers[at], answers[at + 1], answers[at + 2] = code, false, false end

for i, key in ipairs(KEYS) do
  local at = ${ANSWERS} * i - ${ANSWERS - 1}
  if left <= 0 then alone(at, ${LATER}) else
    local name = redis.call('TYPE', key).ok
    local reader = readers[name]
    if not reader then alone(at, name == 'none' and ${GONE} or ${ALONE}) else
      local whole, bytes = read(reader, key)
      -- What is too large was read, too, and held up the server.
      if whole then left = left - bytes end
      if whole and bytes > mostBytes then whole = nil end
      local expires = redis.call(expiry, key)
      local details = whole and reader.details and ARGV[5] == '1' and reader.details(key, whole) or false
      if not whole or expires > ${Number.MAX_SAFE_INTEGER} or (details and details.err) then alone(at, ${ALONE}) else
        answers[at], answers[at + 1], answers[at + 2] = reader.number, expires, pack({whole, details})
      end
    end
  end
end
return pack(answers)`;
}
