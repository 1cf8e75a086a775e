import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Queue } from 'bullmq';
import { version } from 'bullmq/dist/cjs/version.js';
import type { JobData } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { keyHash, phaseMs } from './scheduler-id.js';
import { Script } from './script.js';

/** The BullMQ whose layout the script writes. A test compares all that both write, field by field; after an upgrade, run it. */
const KNOWN_VERSION = '6.7.0';

/** Job schedulers made by one script: about 4 ms of the server's time. */
const AT_ONCE = 150;
/** A delayed job's score is its time in ms with twelve bits behind it, in which BullMQ numbers the jobs of one ms. */
export const SCORES_PER_MS = 4_096;

/**
 * Makes job schedulers, each with its first job, as BullMQ's addJobScheduler does for an id that it does not know. KEYS: job
 * schedulers, delayed jobs, marker, id. ARGV: ms since 1970, the interval, the options of all jobs as JSON; then for each: id, next
 * run, its job's score, phase, name, data as JSON. Answers the places, from 0, of those of whose id there is something already: they
 * are left as they are.
 */
const MAKE = new Script(`
local REPEAT, DELAYED = KEYS[1], KEYS[2]
local now, every, options = ARGV[1], ARGV[2], ARGV[3]
local jobOptions = string.sub(options, 1, -2) .. ',"timestamp":' .. now .. ',"repeat":{"every":' .. every .. ',"count":1,"offset":'
local ids, records, jobs = {}, {}, {}
for i = 4, #ARGV, 6 do
  local n = #ids + 1
  ids[n] = ARGV[i]
  records[n] = REPEAT .. ':' .. ARGV[i]
  jobs[n] = records[n] .. ':' .. ARGV[i + 1]
end
local known = redis.call('ZMSCORE', REPEAT, unpack(ids))
local isAnyThere = redis.call('EXISTS', unpack(records)) + redis.call('EXISTS', unpack(jobs)) > 0
local left, schedules, delayed = {}, {}, {}
for n, id in ipairs(ids) do
  if known[n] or isAnyThere and redis.call('EXISTS', records[n], jobs[n]) > 0 then
    left[#left + 1] = n - 1
  else
    local i = 6 * n - 2
    local at, score, phase, name, data = unpack(ARGV, i + 1, i + 5)
    local jobId = 'repeat:' .. id .. ':' .. at
    local delay = string.format('%.0f', at - now)
    redis.call('HSET', records[n], 'name', name, 'every', every, 'offset', phase, 'opts', options, 'data', data, 'ic', 1)
    redis.call('HSET', jobs[n], 'name', name, 'data', data, 'opts', jobOptions .. phase .. '},"jobId":"' .. jobId .. '","repeatJobKey":"' .. id .. '","delay":' .. delay .. '}', 'timestamp', now, 'delay', delay, 'priority', 0, 'rjk', id)
    schedules[#schedules + 1] = at
    schedules[#schedules + 1] = id
    delayed[#delayed + 1] = score
    delayed[#delayed + 1] = jobId
  end
end
if #schedules > 0 then
  redis.call('ZADD', REPEAT, unpack(schedules))
  redis.call('ZADD', DELAYED, unpack(delayed))
  redis.call('INCRBY', KEYS[4], #schedules / 2)
  -- The marker tells waiting workers when the first delayed job is due.
  redis.call('ZADD', KEYS[3], redis.call('ZRANGE', DELAYED, 0, 0, 'WITHSCORES')[2] / ${SCORES_PER_MS}, '1')
end
return left`);

const OPTIONS = JSON.stringify(KEEP);

/**
 * Makes many new job schedulers by one command. BullMQ makes them one by one, at 75 µs of the server's CPU and 50 µs of this process each;
 * the script takes 25 and 5. It writes what BullMQ would, without the events, which nobody in the fleet reads, and without an order of
 * jobs within one ms: they are of different keys.
 * @returns the keys that are left to BullMQ: those that have a job scheduler, or a job by the name of the first one. All keys, where
 * another BullMQ runs than the one whose layout is known, or where jobs are traced.
 */
export async function makeNewSchedulers(
  queue: Queue<JobData>,
  connection: ReturnType<typeof connectRedis>,
  keys: readonly string[],
  everyMs: number,
): Promise<readonly string[]> {
  if (!canMakeNew(queue, everyMs)) return keys;
  const names = ['repeat', 'delayed', 'marker', 'id'].map((name) => queue.toKey(name));
  const left: string[] = [];
  for (const part of inParts(keys, AT_ONCE)) {
    const now = Date.now();
    // BullMQ runs a job without a phase at once.
    const made = part.flatMap((key) => {
      const id = keyHash(key);
      const phase = phaseMs(id, everyMs);
      if (phase > 0) return [{ key, id, phase }];
      left.push(key);
      return [];
    });
    if (made.length === 0) continue;
    const args = made.flatMap(({ key, id, phase }) => {
      const data = JSON.stringify({ keys: [key] } satisfies JobData);
      const at = nextRun(now, everyMs, phase);
      return [id, at, at * SCORES_PER_MS, phase, jobName([key]), data];
    });
    const places = await MAKE.numbers(connection, names, now, everyMs, OPTIONS, ...args);
    for (const place of places) left.push(...made.slice(place, place + 1).map(({ key }) => key));
  }
  return left;
}

/** Traced jobs carry more than the script writes. */
function canMakeNew({ opts }: Queue<JobData>, everyMs: number): boolean {
  return version === KNOWN_VERSION && opts.telemetry === undefined && Number.isSafeInteger(everyMs);
}

/** The first time after `now` that has this phase in the interval, in ms since 1970, as BullMQ has it. */
function nextRun(now: number, everyMs: number, phase: number): number {
  const next = Math.floor(now / everyMs) * everyMs + phase;
  return next > now ? next : next + everyMs;
}
