/**
 * A Lua function of the key: returns a name, the settings in one text, then names and values of the labels.
 * It parses the beginning of the reply of DUMP. TS.INFO has the same facts, but marks the key as changed:
 * each WATCH would fail, and the change feed would report the key again and again.
 * Source: https://github.com/RedisTimeSeries/RedisTimeSeries/blob/master/src/rdb.c
 */
export const READ_SETTINGS = `function(key)
  local dump = redis.pcall('DUMP', key)
  if type(dump) == 'table' then return dump end
  local at = 1
  local function byte()
    at = at + 1
    return string.byte(dump, at - 1)
  end
  local function number(bytes, isLittle)
    local sum = 0
    for i = 0, bytes - 1 do sum = isLittle and sum + byte() * 256 ^ i or sum * 256 + byte() end
    return sum
  end
  -- A number, or how a text is encoded.
  local function length()
    local first = byte()
    if first < 64 then return first end
    if first < 128 then return (first - 64) * 256 + byte() end
    if first == 128 then return number(4) end
    if first == 129 then return number(8) end
    return nil, first
  end
  local function bytes(count)
    at = at + count
    return string.sub(dump, at - count, at - 1)
  end
  local function unpacked(packed)
    local out, i = {}, 1
    while i <= #packed do
      local control = string.byte(packed, i)
      i = i + 1
      if control < 32 then
        for from = i, i + control do out[#out + 1] = string.sub(packed, from, from) end
        i = i + control + 1
      else
        local count = math.floor(control / 32)
        if count == 7 then
          count = count + string.byte(packed, i)
          i = i + 1
        end
        local from = #out - (control % 32) * 256 - string.byte(packed, i) - 1
        i = i + 1
        for j = 1, count + 2 do out[#out + 1] = out[from + j] end
      end
    end
    return table.concat(out)
  end
  local function text()
    local count, encoding = length()
    if count then return bytes(count) end
    if encoding == 195 then
      local packed = length()
      length()
      return unpacked(bytes(packed))
    end
    local width = 2 ^ (encoding - 192)
    local value = number(width, true)
    if value >= 256 ^ width / 2 then value = value - 256 ^ width end
    return string.format('%.0f', value)
  end
  -- A value of the module, of the kind that stands before it.
  local function value()
    local kind = length()
    if kind == 5 then return text() end
    if kind == 4 then return struct.unpack('<d', bytes(8)) end
    return length()
  end
  if byte() ~= 7 then return redis.error_reply('ERR the key holds no value of a module') end
  bytes(7)
  local version = number(2) % 1024
  if version < 7 then return redis.error_reply('ERR this RedisTimeSeries is older than 1.6') end
  value()
  local retention, chunkSize, options = value(), value(), value()
  value() value() value()
  local policy = ({'block', 'last', 'first', 'min', 'max', 'sum'})[value()] or '-'
  if value() == 1 then value() end
  local ignoreTime, ignoreValue = 0, 0
  if version >= 8 then ignoreTime, ignoreValue = value(), value() end
  local words = string.format('%.0f %.0f %s %s %.0f %.17g', retention, chunkSize,
    options % 2 == 1 and 'uncompressed' or 'compressed', policy, ignoreTime, ignoreValue)
  local settings = {'settings', words}
  for _ = 1, 2 * value() do settings[#settings + 1] = value() end
  return settings
end`;
