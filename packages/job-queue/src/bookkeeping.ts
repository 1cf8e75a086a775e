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

/** A script that knows the keys, and has the functions above. */
export const bookkeepingScript = (text: string) => new Script(PRELUDE + text);
