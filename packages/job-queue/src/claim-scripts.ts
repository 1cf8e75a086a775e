import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { schedulerId } from './scheduler-id.js';
import { Script } from './script.js';

/** Where a key's claim is: a hash in the queue's Redis. */
export function claimKey(settings: QueueSettings, key: string): string {
  return `${keyPrefix(settings)}:claim:${schedulerId(key)}`;
}

/**
 * KEYS: claim, woken. ARGV: token, key, ms, starts allowed, ms that a key is set aside, 1 if the caller runs suspects alone.
 * Answers 1 granted, 0 busy, 2 set aside, 3 suspect: to be asked for again once it can run alone, 4 granted, taken over.
 * `starts` counts begun jobs that never ended: a job whose process dies leaves its count behind.
 * A claim that is only kept is taken over.
 */
export const BEGIN = new Script(`
redis.call('SREM', KEYS[2], ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local claim = redis.call('HMGET', KEYS[1], 'until', 'starts', 'kept')
local starts = tonumber(claim[2] or 0)
local granted = 1
if claim[1] and tonumber(claim[1]) > now then
  if not claim[3] then
    redis.call('HSET', KEYS[1], 'again', 1)
    return 0
  end
  starts = 0
  granted = 4
end
if starts >= tonumber(ARGV[4]) then return 2 end
if starts > 0 and ARGV[6] ~= '1' then return 3 end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'until', now + ARGV[3], 'starts', starts + 1, 'began', now)
redis.call('HDEL', KEYS[1], 'again', 'kept')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return granted`);

/**
 * KEYS: claim, owed. ARGV: token, key, 1 if the job ended well, ms that its claim is kept for, 0 for not at all. What the key was
 * owed before the job began is settled when it ended well. Answers 1 when somebody asked for the key meanwhile: then it is not
 * kept; 2 when it is kept, else 0.
 */
export const END = new Script(`
local claim = redis.call('HMGET', KEYS[1], 'token', 'again', 'began')
if claim[1] ~= ARGV[1] then return 0 end
if ARGV[3] == '1' then
  local since = redis.call('ZSCORE', KEYS[2], ARGV[2])
  if since and tonumber(since) <= tonumber(claim[3]) then redis.call('ZREM', KEYS[2], ARGV[2]) end
end
if claim[2] or ARGV[4] == '0' then
  redis.call('DEL', KEYS[1])
  return claim[2] and 1 or 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
redis.call('HSET', KEYS[1], 'kept', 1, 'starts', 1, 'until', now + ARGV[4])
return 2`);

/** KEYS: claims. ARGV: ms, the claims' tokens. Answers for each whether it is still held (1), and holds it for ms then. */
export const RENEW = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local held = {}
for i, claim in ipairs(KEYS) do
  held[i] = redis.call('HGET', claim, 'token') == ARGV[i + 1] and 1 or 0
  if held[i] == 1 then redis.call('HSET', claim, 'until', now + ARGV[1]) end
end
return held`);
