import { Script } from './script.js';

/**
 * KEYS: claim, woken. ARGV: token, key, ms, starts allowed, ms that a key is set aside, 1 if the caller runs suspects alone.
 * Answers 1 granted, 0 busy, 2 set aside, 3 suspect: to be asked for again once it can run alone.
 * `starts` counts begun jobs that never ended: a job whose process dies leaves its count behind.
 */
export const BEGIN = new Script(`
redis.call('SREM', KEYS[2], ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = redis.call('HMGET', KEYS[1], 'until', 'starts')
if claim[1] and tonumber(claim[1]) > now then
  redis.call('HSET', KEYS[1], 'again', 1)
  return 0
end
local starts = tonumber(claim[2] or 0)
if starts >= tonumber(ARGV[4]) then return 2 end
if starts > 0 and ARGV[6] ~= '1' then return 3 end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'until', now + ARGV[3], 'starts', starts + 1, 'began', now)
redis.call('HDEL', KEYS[1], 'again')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1`);

/**
 * KEYS: claim, owed. ARGV: token, key, 1 if the job ended well. Answers 1 when somebody asked for the key meanwhile.
 * What the key was owed before the job began is settled then.
 */
export const END = new Script(`
local claim = redis.call('HMGET', KEYS[1], 'token', 'again', 'began')
if claim[1] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[3] == '1' then
  local since = redis.call('ZSCORE', KEYS[2], ARGV[2])
  if since and tonumber(since) <= tonumber(claim[3]) then redis.call('ZREM', KEYS[2], ARGV[2]) end
end
return claim[2] and 1 or 0`);

/** KEYS: claim. ARGV: token, ms. */
export const RENEW = new Script(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
return 1`);
