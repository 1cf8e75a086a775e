import { Script } from './script.js';

/** What the queue holds at one moment. */
export interface QueueDepth {
  /** Jobs that could run now and wait for a worker. */
  readonly waiting: number;
  /** Jobs that run. */
  readonly active: number;
  /** Jobs that are due later: each key's next one, and those that wait to be tried again. */
  readonly delayed: number;
  /** Failed jobs that are kept to be looked at. */
  readonly failed: number;
  /** Keys that were woken, and of which no job has ended well since. */
  readonly owed: number;
  /** How long the oldest of those wake-ups was ago, in ms; 0 for none. */
  readonly owedMs: number;
}

/** KEYS: owed. Answers how many keys are owed, and how many ms ago the first of them was woken last. */
export const OLDEST_OWED = new Script(`
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not first[2] then return {0, 0} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {redis.call('ZCARD', KEYS[1]), math.max(0, now - tonumber(first[2]))}`);
