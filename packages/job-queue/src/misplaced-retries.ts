import { SCORES_PER_MS } from './new-job-schedulers.js';
import { NOW, Script } from './script.js';

/** No retry waits for longer, in ms: twice the longest backoff. */
const LONGEST_MS = 60_000;

/**
 * Retries that are due later than any can be: by the clock of the process that put them off, which was wrong. KEYS: delayed jobs.
 * ARGV: what the names of deduplication keys begin with, their ids. Answers the ids of such jobs.
 */
export const MISPLACED = new Script(`${NOW}
local latest = (now + ${LONGEST_MS}) * ${SCORES_PER_MS}
local found = {}
for i = 2, #ARGV do
  local job = redis.call('GET', ARGV[1] .. ARGV[i])
  local score = job and redis.call('ZSCORE', KEYS[1], job)
  if score and tonumber(score) > latest then found[#found + 1] = job end
end
return found`);
