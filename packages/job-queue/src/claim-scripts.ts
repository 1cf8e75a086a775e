import { bookkeepingScript } from './bookkeeping.js';
import { QUARANTINE } from './quarantine.js';

/**
 * Answers of BEGIN, besides `GRANTED`. The last two also grant the key; they report how the run before ended.
 */
export const [BUSY, QUARANTINED, SUSPECT, WAS_RETAINED, WAS_INTERRUPTED] = [0, 2, 3, 4, 5];
const GRANTED = 1;

/**
 * Claims keys for a run. ARGV: worker, run, ms for which the worker counts as alive, 1 if the caller runs
 * suspects alone, keys.
 * Answers each key as above. A suspect must be claimed again when it can run alone. The script marks the
 * worker as alive, in case a failover of the queue's Redis has lost its last heartbeat.
 * If the connection breaks, the script is sent again. A key that this run already holds is then granted as
 * interrupted, because the claim no longer shows how the run before ended.
 */
export const BEGIN = bookkeepingScript(`
if not isAlive(ARGV[1]) then
  redis.call('ZADD', WORKERS, stamp(now + ARGV[3]), ARGV[1])
  alive[ARGV[1]] = true
end
local answers, keys, begun = {}, {}, {}
for i = 5, #ARGV do keys[i - 4] = ARGV[i] end
local texts = textsOf(keys)
local first = textOf({worker = ARGV[1], run = ARGV[2], starts = 1, began = nowText, again = '0', retained = false})
for i, key in ipairs(keys) do
  local claim = parsed(texts[i])
  local starts, answer, isResent = 0, ${GRANTED}, isHeldBy(claim, ARGV[1], ARGV[2])
  if isResent then
    answer = ${WAS_INTERRUPTED}
  elseif claim and isAlive(claim.worker) then
    if claim.retained then
      answer = ${WAS_RETAINED}
    else
      noteRequest(key, claim, nowText)
      redis.call('ZADD', DUE, 'NX', nowText, key)
      answer = ${BUSY}
    end
  elseif claim then
    starts = claim.starts
    if isQuarantined(claim) then
      redis.call('ZREM', DUE, key)
      answer = ${QUARANTINED}
    elseif starts >= ${QUARANTINE.starts} then
      starts = ${QUARANTINE.starts} - 1
    end
    if answer == ${GRANTED} then answer = starts >= ${QUARANTINE.suspectAfter} and ARGV[4] ~= '1' and ${SUSPECT} or ${WAS_INTERRUPTED} end
  end
  if answer == ${GRANTED} or answer == ${WAS_RETAINED} or (answer == ${WAS_INTERRUPTED} and not isResent) then
    -- A request noted for the run before stays due until this run has ended well.
    if claim and claim.again ~= '0' then redis.call('ZADD', DUE, 'NX', claim.again, key) end
    begun[#begun + 1] = key
    begun[#begun + 1] = starts == 0 and first or textOf({worker = ARGV[1], run = ARGV[2], starts = starts + 1, began = nowText, again = '0', retained = false})
  end
  answers[i] = answer
end
all('HSET', CLAIMS, begun)
return answers`);

/** Answers of END, besides 0. */
export const [NEEDS_ANOTHER, RETAINED] = [1, 2];

/**
 * Ends runs. ARGV: for each run and each way to end (see RunEnd): worker, run, how, number of keys, keys.
 * Answers for each key whether it needs another job or is retained; otherwise 0.
 * - A run that ended well settles its key, unless the key was requested since the run began.
 * - A key whose claim was lost becomes due.
 * - If another process took the worker for dead and the run ends after all, `starts` is reduced by one. If
 *   that run had caused the quarantine, the key becomes due.
 * - `unknown` is as `failed`, for a run that may not have been granted the key: it leaves `starts` unchanged.
 */
export const END = bookkeepingScript(`
local answers, keys, groups = {}, {}, {}
local at = 1
while at <= #ARGV do
  local count = tonumber(ARGV[at + 3])
  groups[#groups + 1] = {worker = ARGV[at], run = ARGV[at + 1], how = ARGV[at + 2], from = #keys + 1}
  for i = at + 4, at + 3 + count do keys[#keys + 1] = ARGV[i] end
  at = at + 4 + count
end
local texts = textsOf(keys)
local settled, free, left = {}, {}, {}
local function endOne(i, key, worker, run, way)
  local claim = parsed(texts[i])
  local answer = 0
  local how = way == 'unknown' and 'failed' or way
  if isHeldBy(claim, worker, run) then
    local again = claim.again ~= '0'
    if how == 'failed' then
      redis.call('ZADD', DUE, 'NX', claim.began, key)
    elseif how == 'overtaken' then
      -- The run has answered no request. If this repeats, the key must count as waiting since the first one.
      redis.call('ZADD', DUE, 'NX', again and claim.again or nowText, key)
      answer = ${NEEDS_ANOTHER}
    elseif again or how == 'more' then
      redis.call('ZADD', DUE, again and claim.again or nowText, key)
      answer = ${NEEDS_ANOTHER}
    else
      settled[#settled + 1] = key
    end
    if how == 'retain' and not again then
      claim.retained = true
      claim.starts = 1
      store(key, claim)
      answer = ${RETAINED}
    elseif how == 'failed' or how == 'overtaken' then
      left[#left + 1] = key
      left[#left + 1] = NOBODY
    else
      free[#free + 1] = key
    end
  elseif not claim or claim.starts <= 1 then
    -- The claim was lost. Another run may have begun without knowing of this run, and found nothing new before this run wrote.
    local isTakenOver = claim and isAlive(claim.worker)
    if isTakenOver then noteRequest(key, claim, nowText) else answer = ${NEEDS_ANOTHER} end
    if not (isTakenOver and claim.retained) then redis.call('ZADD', DUE, 'NX', nowText, key) end
    if not claim and (how == 'failed' or how == 'overtaken') then
      left[#left + 1] = key
      left[#left + 1] = NOBODY
    end
  elseif way ~= 'unknown' then
    if claim.starts == ${QUARANTINE.starts} then
      redis.call('ZADD', DUE, 'NX', nowText, key)
      answer = ${NEEDS_ANOTHER}
    end
    claim.starts = claim.starts - 1
    store(key, claim)
  end
  return answer
end
for n, group in ipairs(groups) do
  -- Nearly all keys ended well and were not requested since. Their claims have the same start and the same end.
  local start = group.worker .. ' ' .. group.run .. ' '
  for i = group.from, groups[n + 1] and groups[n + 1].from - 1 or #keys do
    local key, text = keys[i], texts[i]
    if group.how == 'done' and text and string.sub(text, -4) == ' 0 0' and string.sub(text, 1, #start) == start then
      settled[#settled + 1] = key
      free[#free + 1] = key
      answers[i] = 0
    else
      answers[i] = endOne(i, key, group.worker, group.run, group.how)
    end
  end
end
all('ZREM', DUE, settled)
all('HDEL', CLAIMS, free)
all('HSET', CLAIMS, left)
return answers`);

/** If a noted request is older than this, in ms, the holder's next read sets its time to now. */
const NOTED_MS = 500;

/**
 * Checks whether retained claims are still held. ARGV: for each key: worker, run, key. Answers 1 for each
 * claim that is held.
 * A noted request stays on the claim, because the key may have been deleted, which the holder's reads do not
 * show. If the request is older than NOTED_MS, its time becomes the time of this read.
 */
export const STILL_HELD = bookkeepingScript(`
local answers = {}
for i = 1, #ARGV, 3 do
  local worker, run, key = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local claim = claimOf(key)
  local isHeld = isHeldBy(claim, worker, run)
  if isHeld and claim.again ~= '0' and now - tonumber(claim.again) > ${NOTED_MS} then
    claim.again = nowText
    store(key, claim)
  end
  answers[#answers + 1] = isHeld and 1 or 0
end
return answers`);

/**
 * Gives up a retained claim. ARGV: worker, run, key. Answers 1 if the key was requested meanwhile, so that it
 * is due.
 */
export const RELEASE = bookkeepingScript(`
local claim = claimOf(ARGV[3])
if not isHeldBy(claim, ARGV[1], ARGV[2]) then return 0 end
redis.call('HDEL', CLAIMS, ARGV[3])
if claim.again == '0' then return 0 end
redis.call('ZADD', DUE, 'NX', claim.again, ARGV[3])
return 1`);

/**
 * ARGV: ms, workers. Counts the workers as alive for this many ms, and forgets workers that have been dead
 * for an hour. A worker that is alive for far longer has that from the clock of another server, or from before
 * the clock was set back: its time is shortened, so that a dead one does not hold its claims for hours.
 */
export const HEARTBEAT = bookkeepingScript(`
local untilText = stamp(now + ARGV[1])
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, stamp(now + 10 * ARGV[1]), '+inf')) do
  redis.call('ZADD', WORKERS, untilText, worker)
end
for i = 2, #ARGV do redis.call('ZADD', WORKERS, untilText, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', stamp(now - 3600000))`);
