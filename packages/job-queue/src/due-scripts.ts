import { bookkeepingScript } from './bookkeeping.js';

/** Answers of REQUEST, besides 0. */
export const [NEEDS_JOB, IS_TAILED] = [1, 2];

/**
 * Notes that keys are due. ARGV: 1 to skip keys whose stream a worker tails, ms for which the keys have been
 * due already, keys (each once). Answers for each key whether it needs a job or is left to the worker that
 * tails it. Answers 0 if the key has a job, or a run that will find the request when it ends.
 */
export const REQUEST = bookkeepingScript(`
local answers, keys, isRunning = {}, {}, {}
for i = 3, #ARGV do keys[i - 2] = ARGV[i] end
local asked = stamp(now - ARGV[2])
local texts = textsOf(keys)
local added, isFresh = {}, {}
for i, key in ipairs(keys) do
  local claim = parsed(texts[i])
  if claim then
    noteRequest(key, claim, asked)
    if isAlive(claim.worker) then
      if not claim.retained then
        isRunning[i] = true
      elseif ARGV[1] == '1' then
        answers[i] = ${IS_TAILED}
      end
    end
  end
  if not answers[i] and claim and claim.retained and tonumber(claim.again) < tonumber(asked) then
    -- Its changes have waited since an earlier request.
    isFresh[i] = redis.call('ZADD', DUE, 'NX', claim.again, key) == 1
  elseif not answers[i] then
    added[#added + 1] = asked
    added[#added + 1] = key
  end
end
local fresh = 0
inParts(added, function(from, to) fresh = fresh + redis.call('ZADD', DUE, 'NX', unpack(added, from, to)) end)
local areAllFresh = 2 * fresh == #added
for i, key in ipairs(keys) do
  if not answers[i] then
    -- No two scripts have the same microsecond. A key with this time was not due before.
    if isFresh[i] == nil then isFresh[i] = areAllFresh or tonumber(redis.call('ZSCORE', DUE, key)) == tonumber(asked) end
    answers[i] = isFresh[i] and not isRunning[i] and ${NEEDS_JOB} or 0
  end
end
return answers`);

/**
 * ARGV: ms, limit. Answers keys that were first requested at least this many ms ago and that no run works on.
 * A tailed stream that is due is included: it waits for its job, like any other key. If there are more keys
 * than the limit, each call starts at a different place, so that keys that keep failing do not hide the rest.
 * Keys that were requested in the future, by the clock of another server or before the clock was set back, are
 * due from now on.
 */
export const OVERDUE = bookkeepingScript(`
local keys, early = {}, {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', DUE, '(' .. nowText, '+inf')) do
  early[#early + 1] = nowText
  early[#early + 1] = key
end
all('ZADD', DUE, early)
local untilMs = stamp(now - ARGV[1])
local limit = tonumber(ARGV[2])
local count = redis.call('ZCOUNT', DUE, '-inf', untilMs)
local from = count > limit and time[2] % (count - limit + 1) or 0
-- By rank: a LIMIT would walk over all keys before the first one.
local page = count > 0 and redis.call('ZRANGE', DUE, from, math.min(from + limit, count) - 1) or {}
for _, key in ipairs(page) do
  local claim = claimOf(key)
  if not claim or claim.retained or not isAlive(claim.worker) then keys[#keys + 1] = key end
end
return keys`);

/**
 * Reads a page of the claims, and finds the claims of dead workers, and of workers that do not read on in a stream
 * that they tail. ARGV: cursor, count, ms after which a tailed stream should have been read. Answers the next cursor
 * and the keys, without quarantined keys and without keys whose run failed (those are due).
 */
export const ABANDONED = bookkeepingScript(`
local page = redis.call('HSCAN', CLAIMS, ARGV[1], 'COUNT', ARGV[2])
local keys = {}
for i = 1, #page[2], 2 do
  local text = page[2][i + 1]
  local isHeld = isAlive(string.match(text, '^%S+'))
  -- Nearly all claims belong to live workers, and are not retained.
  local claim = (not isHeld or string.sub(text, -2) == ' 1') and parsed(text)
  if claim and isHeld then
    if claim.again ~= '0' and now - tonumber(claim.again) > tonumber(ARGV[3]) then keys[#keys + 1] = page[2][i] end
  elseif claim then
    if claim.starts > 0 and not isQuarantined(claim) then keys[#keys + 1] = page[2][i] end
  end
end
return {page[1], keys}`);

/**
 * Reads a page of the claims. ARGV: cursor, count. Answers the next cursor, and the keys, each with a token
 * of its run. The token is empty if the worker is dead, or the run failed or was overtaken.
 */
export const UNDER_WAY = bookkeepingScript(`
local page = redis.call('HSCAN', CLAIMS, ARGV[1], 'COUNT', ARGV[2])
local found = {}
for i = 1, #page[2], 2 do
  local worker, run = string.match(page[2][i + 1], '^(%S+) (%S+)')
  found[#found + 1] = page[2][i]
  found[#found + 1] = isAlive(worker) and worker .. ' ' .. run or ''
end
return {page[1], found}`);

/**
 * Records for the next run of each key that the run before did not end well. ARGV: keys. Keys that a live
 * worker holds are left unchanged.
 */
export const MARK_INTERRUPTED = bookkeepingScript(`
local marked = {}
local texts = textsOf(ARGV)
for i, key in ipairs(ARGV) do
  local claim = parsed(texts[i])
  if not (claim and isAlive(claim.worker)) then
    marked[#marked + 1] = key
    marked[#marked + 1] = NOBODY
  end
end
all('HSET', CLAIMS, marked)`);

/**
 * Answers the number of due keys, for how many ms the first of them has been due, and the first of those
 * whose last run did not fail since. If all of the 100 oldest failed, that is the first of all.
 */
export const DEPTH = bookkeepingScript(`
local oldest = redis.call('ZRANGE', DUE, 0, 99, 'WITHSCORES')
local untried = redis.call('ZRANGE', DUE, 100, 100)[1] and oldest[2]
for i = 1, #oldest, 2 do
  local claim = claimOf(oldest[i])
  -- NOBODY's time is that of the failure. A claim that only asks to read a key again is older than its request.
  if not (claim and claim.worker == '-' and tonumber(claim.began) > tonumber(oldest[i + 1])) then
    untried = oldest[i + 1]
    break
  end
end
local function ageOf(since) return since and math.max(0, math.floor(now - tonumber(since))) or 0 end
return {redis.call('ZCARD', DUE), ageOf(oldest[2]), ageOf(untried)}`);
