import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';

/**
 * Where the queue's Redis keeps what the fleet knows of keys that are due or worked on, in the order of the scripts' KEYS:
 * - `due`, a sorted set: key → when it was first requested, in ms since 1970, by the clock of the queue's Redis;
 * - `claims`, a hash: key → its claim, see below;
 * - `workers`, a sorted set: worker → until when it counts as alive, in ms since 1970.
 */
export type BookkeepingKeys = readonly [due: string, claims: string, workers: string];

export function bookkeepingKeys(settings: QueueSettings): BookkeepingKeys {
  const prefix = keyPrefix(settings);
  return [`${prefix}:due`, `${prefix}:claims`, `${prefix}:workers`];
}

/**
 * What all scripts begin with. KEYS: due, claims, workers.
 *
 * A claim is text: worker, run, starts, began, again, retained.
 * - `worker` and `run` together are the token of its holder; it is valid as long as the worker is alive.
 * - `starts` counts runs that began and never ended: a process that dies leaves its claims behind.
 * - `again` is when the key was first requested since the run began, or since the holder last read it; 0 for never.
 * - `retained` is 1 once the run has ended and the worker continues tailing the stream.
 *
 * A run that failed leaves a claim of nobody with no starts: so the next run learns that this one did not end well.
 */
const PRELUDE = `
local DUE, CLAIMS, WORKERS = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function stamp(ms) return string.format('%.3f', ms) end
local alive = {}
local function isAlive(worker)
  if alive[worker] == nil then
    local untilMs = redis.call('ZSCORE', WORKERS, worker)
    alive[worker] = untilMs and tonumber(untilMs) > now or false
  end
  return alive[worker]
end
local nowText = stamp(now)
local NOBODY = '- - 0 ' .. nowText .. ' 0 0'
local function parsed(text)
  if not text then return nil end
  local worker, run, starts, began, again, retained = string.match(text, '^(%S+) (%S+) (%d+) (%S+) (%S+) (%d)$')
  if not worker then return nil end
  return {worker = worker, run = run, starts = tonumber(starts), began = began, again = again, retained = retained == '1'}
end
local function claimOf(key) return parsed(redis.call('HGET', CLAIMS, key)) end
local function textOf(claim)
  return claim.worker .. ' ' .. claim.run .. ' ' .. claim.starts .. ' ' .. claim.began .. ' ' .. claim.again .. ' ' .. (claim.retained and '1' or '0')
end
local function store(key, claim) redis.call('HSET', CLAIMS, key, textOf(claim)) end
-- One command for many costs a fifth of one for each; Lua hands over some thousand at once, at most.
local function inParts(list, run)
  for from = 1, #list, 1000 do run(from, math.min(from + 999, #list)) end
end
local function all(command, name, list)
  inParts(list, function(from, to) redis.call(command, name, unpack(list, from, to)) end)
end
local function textsOf(keys)
  local texts = {}
  inParts(keys, function(from, to)
    for i, text in ipairs(redis.call('HMGET', CLAIMS, unpack(keys, from, to))) do texts[from + i - 1] = text end
  end)
  return texts
end
local function isHeldBy(claim, worker, run)
  return claim ~= nil and claim.worker == worker and claim.run == run
end
local function noteRequest(key, claim, text)
  if claim.again == '0' then claim.again = text store(key, claim) end
end
`;

const script = (text: string) => new Script(PRELUDE + text);

/** Answers of REQUEST, beside 0. */
export const [NEEDS_JOB, IS_TAILED] = [1, 2];

/**
 * Notes that keys are due. ARGV: 1 if keys whose stream a worker tails are left to it, for how many ms they have been due
 * already, keys, each once. Answers for each key
 * whether it needs a job or is left to the worker that tails it; else 0: it has a job, or a run, whose end finds the request.
 */
export const REQUEST = script(`
local answers, keys, isRunning = {}, {}, {}
for i = 3, #ARGV do keys[i - 2] = ARGV[i] end
local asked = stamp(now - ARGV[2])
local texts = textsOf(keys)
local added = {}
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
  if not answers[i] then
    added[#added + 1] = asked
    added[#added + 1] = key
  end
end
local fresh = 0
inParts(added, function(from, to) fresh = fresh + redis.call('ZADD', DUE, 'NX', unpack(added, from, to)) end)
local areAllFresh = 2 * fresh == #added
for i, key in ipairs(keys) do
  if not answers[i] then
    -- No other script has the same microsecond: a key that has it was not due before.
    local isFresh = areAllFresh or tonumber(redis.call('ZSCORE', DUE, key)) == tonumber(asked)
    answers[i] = isFresh and not isRunning[i] and ${NEEDS_JOB} or 0
  end
end
return answers`);

/** Answers of BEGIN, beside `GRANTED`. The last two are granted, too: they report how the run before ended. */
export const [BUSY, QUARANTINED, SUSPECT, WAS_RETAINED, WAS_INTERRUPTED] = [0, 2, 3, 4, 5];
const GRANTED = 1;

/**
 * Claims keys for a run. ARGV: worker, run, starts allowed, ms that a key is quarantined, 1 if the caller runs suspects alone, keys.
 * Answers for each key as above; a suspect is to be claimed again once it can run alone. A connection that breaks sends the script
 * again: a key that this run was granted before is granted again, as interrupted, since the claim no longer shows how the run before ended.
 */
export const BEGIN = script(`
local answers, keys, begun = {}, {}, {}
for i = 6, #ARGV do keys[i - 5] = ARGV[i] end
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
    if starts >= tonumber(ARGV[3]) then
      if now - tonumber(claim.began) < tonumber(ARGV[4]) then
        redis.call('ZREM', DUE, key)
        answer = ${QUARANTINED}
      else
        starts = tonumber(ARGV[3]) - 1
      end
    end
    if answer == ${GRANTED} then answer = starts > 0 and ARGV[5] ~= '1' and ${SUSPECT} or ${WAS_INTERRUPTED} end
  end
  if answer == ${GRANTED} or answer == ${WAS_RETAINED} or (answer == ${WAS_INTERRUPTED} and not isResent) then
    begun[#begun + 1] = key
    begun[#begun + 1] = starts == 0 and first or textOf({worker = ARGV[1], run = ARGV[2], starts = starts + 1, began = nowText, again = '0', retained = false})
  end
  answers[i] = answer
end
all('HSET', CLAIMS, begun)
return answers`);

/** Answers of END, beside 0. */
export const [NEEDS_ANOTHER, RETAINED] = [1, 2];

/**
 * Ends runs. ARGV: for each run and each way to end (see RunEnd): worker, run, how, how many keys, keys. A key is
 * settled by a run that ended well, unless it was requested since the run began. Answers for each key whether it needs another job
 * or is retained; else 0.
 */
export const END = script(`
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
local function endOne(i, key, worker, run, how)
  local claim = parsed(texts[i])
  local answer = 0
  if isHeldBy(claim, worker, run) then
    local again = claim.again ~= '0'
    if how == 'failed' then
      redis.call('ZADD', DUE, 'NX', claim.began, key)
    elseif again or how == 'more' or how == 'overtaken' then
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
  end
  return answer
end
for n, group in ipairs(groups) do
  -- Nearly all have ended well, and nobody has requested them since: their claims begin and end alike.
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

/**
 * Whether retained claims are still held. ARGV: for each key: worker, run, key. Answers 1 for those that are. What was requested
 * until now is seen by the holder's next read.
 */
export const STILL_HELD = script(`
local answers = {}
for i = 1, #ARGV, 3 do
  local worker, run, key = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local claim = claimOf(key)
  local isHeld = isHeldBy(claim, worker, run)
  if isHeld and claim.again ~= '0' then
    claim.again = '0'
    store(key, claim)
  end
  answers[#answers + 1] = isHeld and 1 or 0
end
return answers`);

/** Gives a retained claim up. ARGV: worker, run, key. Answers 1 if the key was requested since it was last read: it is due. */
export const RELEASE = script(`
local claim = claimOf(ARGV[3])
if not isHeldBy(claim, ARGV[1], ARGV[2]) then return 0 end
redis.call('HDEL', CLAIMS, ARGV[3])
if claim.again == '0' then return 0 end
redis.call('ZADD', DUE, 'NX', claim.again, ARGV[3])
return 1`);

/**
 * ARGV: ms, limit. Answers keys that were first requested at least this many ms ago and that nobody works on. Where there are more than
 * the limit, each call starts at another one: keys that fail again and again must not hide the rest.
 */
export const OVERDUE = script(`
local keys = {}
local untilMs = stamp(now - ARGV[1])
local hidden = redis.call('ZCOUNT', DUE, '-inf', untilMs) - ARGV[2]
local from = hidden > 0 and time[2] % (hidden + 1) or 0
for _, key in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', untilMs, 'LIMIT', string.format('%.0f', from), ARGV[2])) do
  local claim = claimOf(key)
  if not (claim and isAlive(claim.worker)) then keys[#keys + 1] = key end
end
return keys`);

/**
 * Reads a page of the claims, for those of dead workers. ARGV: cursor, count, starts allowed, ms that a key is quarantined.
 * Answers the next cursor and the keys, without those that are quarantined, and those whose run failed: they are due.
 */
export const ABANDONED = script(`
local page = redis.call('HSCAN', CLAIMS, ARGV[1], 'COUNT', ARGV[2])
local keys = {}
for i = 1, #page[2], 2 do
  local text = page[2][i + 1]
  -- Nearly all are of workers that live.
  if not isAlive(string.match(text, '^%S+')) then
    local claim = parsed(text)
    local isQuarantined = claim and claim.starts >= tonumber(ARGV[3]) and now - tonumber(claim.began) < tonumber(ARGV[4])
    if claim and claim.starts > 0 and not isQuarantined then keys[#keys + 1] = page[2][i] end
  end
end
return {page[1], keys}`);

/** Scans the claims. ARGV: cursor, count. Answers the next cursor, and the keys, each with a token of its run: empty if its worker is dead, or the run failed. */
export const UNDER_WAY = script(`
local page = redis.call('HSCAN', CLAIMS, ARGV[1], 'COUNT', ARGV[2])
local found = {}
for i = 1, #page[2], 2 do
  local worker, run = string.match(page[2][i + 1], '^(%S+) (%S+)')
  found[#found + 1] = page[2][i]
  found[#found + 1] = isAlive(worker) and worker .. ' ' .. run or ''
end
return {page[1], found}`);

/** Makes the next run of each key learn that the one before did not end well. ARGV: keys. Those that a live worker holds are left as they are. */
export const MARK_INTERRUPTED = script(`
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

/** ARGV: ms, workers. Counts the workers as alive for this long; forgets those that were last alive an hour ago. */
export const HEARTBEAT = script(`
for i = 2, #ARGV do redis.call('ZADD', WORKERS, stamp(now + ARGV[1]), ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', stamp(now - 3600000))`);

/** Answers how many keys are due, and for how many ms the first of them. */
export const DEPTH = script(`
local first = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
local oldest = first[2] and math.max(0, math.floor(now - tonumber(first[2]))) or 0
return {redis.call('ZCARD', DUE), oldest}`);
