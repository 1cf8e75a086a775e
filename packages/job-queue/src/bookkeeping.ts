import { IS_QUARANTINED } from './quarantine.js';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';

/**
 * The Redis keys that record which keys are due and which are being worked on, in the order of the scripts'
 * KEYS:
 * - `due`, a sorted set: key → time of its first open request, in ms since 1970, by the clock of the queue's
 *   Redis;
 * - `claims`, a hash: key → its claim (see below);
 * - `workers`, a sorted set: worker → time until which it counts as alive, in ms since 1970.
 */
export type BookkeepingKeys = readonly [due: string, claims: string, workers: string];

export function bookkeepingKeys(settings: QueueSettings): BookkeepingKeys {
  const prefix = keyPrefix(settings);
  return [`${prefix}:due`, `${prefix}:claims`, `${prefix}:workers`];
}

/**
 * The start of every script. KEYS: due, claims, workers.
 *
 * A claim is a text of six words: worker, run, starts, began, again, retained.
 * - `worker` and `run` together identify the holder. The claim is valid as long as the worker is alive.
 * - `starts` counts runs that began and never ended: a process that dies leaves its claims behind.
 * - `again` is the time of the first request since the run began, or since the holder's last read; 0 if there
 *   was none.
 * - `retained` is 1 if the run has ended and the worker keeps the claim to tail the stream.
 *
 * A failed or overtaken run leaves a claim without a holder and without starts (NOBODY). It tells the next
 * run that
 * the run before did not end well.
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
-- One command for many keys costs a fifth of one command per key. Lua can pass a few thousand values per call.
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
${IS_QUARANTINED}
`;

/** Creates a script that starts with the prelude above. */
export const bookkeepingScript = (text: string) => new Script(PRELUDE + text);
