import { SCORES_PER_MS } from './new-job-schedulers.js';
import { NOW, Script } from './script.js';

/** No retry waits longer than this, in ms: twice the longest backoff. */
const LONGEST_MS = 60_000;
/** Longer lists are not searched, since that would hold up the server. */
const SEARCHED = 1_000;

/** Where a job can be that has not ended: two sorted sets, then three lists. */
export const PLACES = ['delayed', 'prioritized', 'wait', 'paused', 'active'] as const;

/**
 * Finds retries that will not run, though each is the only retry that its key may have:
 * - retries due later than any retry can be: the clock of the process that delayed them was wrong. Answers
 *   their job ids.
 * - retries that are in none of the PLACES: the server refused a command in the middle of BullMQ's script.
 *   Deletes their records, so that the retry can be added again.
 * KEYS: PLACES. ARGV: prefix of deduplication keys, prefix of jobs, deduplication ids.
 */
export const MISPLACED = new Script(`${NOW}
local latest = (now + ${LONGEST_MS}) * ${SCORES_PER_MS}
local areShort = true
for i = 3, 5 do areShort = areShort and redis.call('LLEN', KEYS[i]) <= ${SEARCHED} end
local function isNowhere(job)
  if not areShort or redis.call('ZSCORE', KEYS[2], job) then return false end
  for i = 3, 5 do
    if redis.call('LPOS', KEYS[i], job) then return false end
  end
  return true
end
local found = {}
for i = 3, #ARGV do
  local job = redis.call('GET', ARGV[1] .. ARGV[i])
  local score = job and redis.call('ZSCORE', KEYS[1], job)
  if score then
    if tonumber(score) > latest then found[#found + 1] = job end
  elseif job and isNowhere(job) then
    redis.call('DEL', ARGV[1] .. ARGV[i], ARGV[2] .. job)
  end
end
return found`);
