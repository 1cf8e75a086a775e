import { READ_SETTINGS } from './series-settings.js';

/** Converts numbers, status replies and nil to text. Times are exact up to 2^53. */
const TEXT_OF = `local function textOf(reply)
    if type(reply) == 'table' then return reply.ok or '' end
    if type(reply) == 'number' then return string.format('%.0f', reply) end
    return reply or ''
  end`;

/**
 * A Lua function of the key, the first and the last time, and options of TS.RANGE: returns times and values,
 * or the server's error.
 */
export const READ_SAMPLES = `function(key, from, to, ...)
  ${TEXT_OF}
  if redis.call('EXISTS', key) == 0 then return {} end
  local samples = redis.pcall('TS.RANGE', key, from, to, ...)
  if samples.err then return samples end
  local flat = {}
  for i, sample in ipairs(samples) do
    flat[2 * i - 1], flat[2 * i] = textOf(sample[1]), textOf(sample[2])
  end
  return flat
end`;

/**
 * A Lua function of the key and, optionally, the maximum number of samples: returns the number of setting
 * texts, these texts, and the samples.
 */
export const READ_SERIES = `function(key, count)
  if redis.call('EXISTS', key) == 0 then return {} end
  local settings = (${READ_SETTINGS})(key)
  if settings.err then return settings end
  local read = ${READ_SAMPLES}
  local samples
  if count then samples = read(key, '-', '+', 'COUNT', count) else samples = read(key, '-', '+') end
  if samples.err then return samples end
  local flat = {tostring(#settings)}
  for _, text in ipairs(settings) do flat[#flat + 1] = text end
  for _, text in ipairs(samples) do flat[#flat + 1] = text end
  return flat
end`;

/**
 * A Lua function of the key: returns the number of its samples plus one, for the settings. TS.INFO would also
 * count samples that the retention hides. Newer servers have NaN samples; only the aggregator `countall`,
 * which older servers lack, counts them. The module takes a key named `empty` for an option of the
 * aggregation and refuses the command; then all samples are read and counted.
 */
export const COUNT_SAMPLES = `function(key)
  ${TEXT_OF}
  if redis.call('EXISTS', key) == 0 then return 0 end
  local function counted(by) return redis.pcall('TS.RANGE', key, '-', '+', 'AGGREGATION', by, '9007199254740992') end
  local counts = counted('countall')
  if counts.err then counts = counted('count') end
  if counts.err then
    local all = redis.pcall('TS.RANGE', key, '-', '+')
    return all.err and all or #all + 1
  end
  local size = 1
  for _, each in ipairs(counts) do size = size + tonumber(textOf(each[2])) end
  return size
end`;
