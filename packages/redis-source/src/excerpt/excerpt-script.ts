import { KEY_TYPE_ENTRIES } from '@redis-to-mongo/key-types';

/** The Lua readers by key type, as each type declares them. */
const READERS = KEY_TYPE_ENTRIES.map(
  ({ names, excerpt }) => `['${names.keyType}'] = function()\n    ${excerpt.lua}\n  end,`,
).join('\n');

/**
 * A script that reads the beginning of a key, and cuts each part before it is sent.
 * KEYS: the key.
 * ARGV: its key type, the maximum number of items, the number of bytes shown of a part, the number of bytes
 * compared, the maximum number of parts of an entry, then the names (members, fields) to look up.
 * Returns the size of the whole, the items, and the result for each name: its piece, nothing if it is
 * missing, or a word if the user may not look it up.
 */
export const EXCERPT_SCRIPT = `
local key, kind = KEYS[1], ARGV[1]
local limit, head, compared, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local size, items, asked = 0, {}, {}

local function piece(text, bytes)
  return {bytes or #text, string.sub(text, 1, head), redis.sha1hex(string.sub(text, 1, compared))}
end

local function add(id, parts)
  local pieces = {}
  for i = 1, math.min(#parts, most) do pieces[i] = piece(parts[i]) end
  items[#items + 1] = {id, #parts, pieces}
end

-- A step may give more than was asked for, or nothing.
local function scan(command, arity)
  local cursor = '0'
  for _ = 1, 100 do
    local page = redis.call(command, key, cursor, 'COUNT', limit)
    for i = 1, #page[2], arity do
      if #items < limit then add('', {unpack(page[2], i, i + arity - 1)}) end
    end
    cursor = page[1]
    if cursor == '0' or #items >= limit then return end
  end
end

local function whole(text, bytes)
  size = bytes or #text
  items[1] = {'', 1, {piece(text, bytes)}}
end

local readers = {
${READERS}
}

local lookUp = readers[kind]()
for i = 6, #ARGV do
  local found = lookUp and lookUp(ARGV[i])
  if type(found) == 'table' then asked[i - 5] = {'refused'}
  elseif not found or found == 0 then asked[i - 5] = {}
  else asked[i - 5] = {piece(found)} end
end
return {size, items, asked}`;
