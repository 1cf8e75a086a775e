import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/**
 * The Redis key of the mark: a hash that records which fleet the queue belongs to, and when that was last
 * confirmed.
 */
export function markKey(settings: Pick<QueueSettings, 'prefix'>): string {
  return `${keyPrefix(settings)}:fleet`;
}

/** The prefix of the queue whose mark is in this Redis key; `undefined` if the name is not that of a mark. */
export function prefixOfMark(key: string): string | undefined {
  return /^\{(.+)\}:fleet$/s.exec(key)?.[1];
}

/**
 * KEYS: mark, lease. Answers 1 if the lease is held; then the mark, if there is one, and for how many ms it
 * has not been confirmed, by the clock of the queue's Redis. If that
 * was set back since, the mark is of a time to come: it counts as not confirmed for as long.
 */
export const READ_MARK = new Script(`${NOW}
local mark = redis.call('HMGET', KEYS[1], 'mark', 'at')
local isLed = redis.call('EXISTS', KEYS[2])
if not mark[1] then return {isLed} end
return {isLed, mark[1], math.abs(now - tonumber(mark[2] or 0))}`);

/**
 * KEYS: mark. ARGV: the mark that the caller expects (empty: none), the new mark. Answers 1, or 0 if the
 * queue has another mark.
 */
export const WRITE_MARK = new Script(`${NOW}
local held = redis.call('HGET', KEYS[1], 'mark') or ''
if held ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'mark', ARGV[2], 'at', string.format('%.0f', now))
return 1`);
