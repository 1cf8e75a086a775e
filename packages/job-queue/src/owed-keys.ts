import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';

/**
 * Where the keys are that somebody was woken for: a sorted set of keys by the time of the last wake-up, by the clock of
 * the queue's Redis. A job that ended well takes its key out if it began after that time (see claims.ts), so what
 * stays in it is owed: the job was lost, has failed, or is late. Losing the set loses no data, see the scheduler.
 */
export function owedKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:owed`;
}

/**
 * Where the keys are that a job for several keys waits for: it goes out of it when any job begins with it (see
 * claims.ts). So at most one such job waits for a key. What stays in it, since its job was lost, is still owed.
 */
export function wokenKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:woken`;
}

/** KEYS: owed. ARGV: keys. */
export const OWE = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
for _, key in ipairs(ARGV) do redis.call('ZADD', KEYS[1], now, key) end`);

/**
 * KEYS: owed, woken, and the keys' claims where those whose claim is kept are to be left alone. ARGV: keys. As OWE. Answers for
 * each: 1 if it needs a job, 0 if a job for several keys waits for it, 2 if it was left alone.
 */
export const OWE_TOGETHER = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local answers = {}
for i, key in ipairs(ARGV) do
  local claim = KEYS[i + 2] and redis.call('HMGET', KEYS[i + 2], 'kept', 'until')
  if claim and claim[1] and tonumber(claim[2]) > now then
    answers[i] = 2
  else
    redis.call('ZADD', KEYS[1], now, key)
    answers[i] = redis.call('SADD', KEYS[2], key)
  end
end
return answers`);

/** KEYS: owed. ARGV: ms, limit. Answers the keys woken last at least so many ms ago. */
export const OWED = new Script(`
local time = redis.call('TIME')
local before = time[1] * 1000 + time[2] / 1000 - ARGV[1]
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', 0, ARGV[2])`);
