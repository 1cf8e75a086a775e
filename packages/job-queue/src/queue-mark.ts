import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/** Where the queue remembers which fleet it is for: a hash with one field, and when it was confirmed last. */
export function markKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:fleet`;
}

/**
 * KEYS: mark, lease. Answers 1 if the lease is held; then the mark, if there is one, and how many ms ago it was confirmed by the
 * queue's own clock.
 */
export const READ_MARK = new Script(`${NOW}
local mark = redis.call('HMGET', KEYS[1], 'mark', 'at')
local isLed = redis.call('EXISTS', KEYS[2])
if not mark[1] then return {isLed} end
return {isLed, mark[1], now - tonumber(mark[2] or 0)}`);

/**
 * KEYS: mark. ARGV: the mark that is there as far as the caller knows (empty: none), the new one. Answers 1, or 0 where
 * another one is there.
 */
export const WRITE_MARK = new Script(`${NOW}
local held = redis.call('HGET', KEYS[1], 'mark') or ''
if held ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'mark', ARGV[2], 'at', string.format('%.0f', now))
return 1`);
