/**
 * A script that reads the beginning of a key, and cuts each part of it before it is sent. KEYS: the key. ARGV: its type by our name,
 * items at most, bytes that are shown of a part, bytes that are compared, parts of an entry at most, and then names
 * (members, fields) that are looked up. The answer: the size of all, the items, and what each name has: empty for nothing,
 * a word where the user may not look it up.
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

local readers = {
  stream = function()
    local info = redis.call('XINFO', 'STREAM', key)
    for i = 1, #info, 2 do if info[i] == 'length' then size = info[i + 1] end end
    for _, entry in ipairs(redis.call('XREVRANGE', key, '+', '-', 'COUNT', limit)) do add(entry[1], entry[2]) end
  end,
  set = function()
    size = redis.call('SCARD', key)
    scan('SSCAN', 1)
    return function(name) return redis.pcall('SISMEMBER', key, name) end
  end,
  hash = function()
    size = redis.call('HLEN', key)
    scan('HSCAN', 2)
    return function(name) return redis.pcall('HGET', key, name) end
  end,
  zset = function()
    size = redis.call('ZCARD', key)
    local flat = redis.call('ZRANGE', key, 0, limit - 1, 'WITHSCORES')
    for i = 1, #flat, 2 do add('', {flat[i], flat[i + 1]}) end
    return function(name) return redis.pcall('ZSCORE', key, name) end
  end,
  list = function()
    size = redis.call('LLEN', key)
    for _, item in ipairs(redis.call('LRANGE', key, 0, limit - 1)) do add('', {item}) end
  end,
  string = function()
    size = redis.call('STRLEN', key)
    items[1] = {'', 1, {piece(redis.call('GETRANGE', key, 0, compared - 1), size)}}
  end,
  json = function()
    local text = redis.call('JSON.GET', key, '.')
    size = #text
    items[1] = {'', 1, {piece(text)}}
  end,
}

local lookUp = readers[kind]()
for i = 6, #ARGV do
  local found = lookUp and lookUp(ARGV[i])
  if type(found) == 'table' then asked[i - 5] = {'refused'}
  elseif not found or found == 0 then asked[i - 5] = {}
  else asked[i - 5] = {piece(kind == 'set' and ARGV[i] or found)} end
end
return {size, items, asked}`;
