import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import type { Queue } from 'bullmq';
import { version } from 'bullmq/dist/cjs/version.js';
import type { JobData } from './job-data.js';
import { jobName } from './job-name.js';
import { KEEP } from './kept-jobs.js';
import { keyHash, phaseMs } from './scheduler-id.js';
import { Script } from './script.js';

/**
 * The BullMQ version whose layout the script writes. After an upgrade, run the test that compares all fields
 * that both write.
 */
const KNOWN_VERSION = '6.7.0';

/** Job schedulers created per script call: about 4 ms of the server's time. */
const AT_ONCE = 150;
/**
 * A delayed job's score is its time in ms, shifted by twelve bits. BullMQ numbers the jobs of one ms in these
 * bits.
 */
export const SCORES_PER_MS = 4_096;

/**
 * Creates job schedulers, each with its first job, as BullMQ's addJobScheduler does for an unknown id.
 * KEYS: job schedulers, delayed jobs, marker, id.
 * ARGV: ms since 1970, interval, options of all jobs as JSON; then for each: id, next run, score of its job,
 * phase, name, data as JSON.
 * Answers the indexes, from 0, of ids for which a job scheduler or job exists; they are left unchanged.
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
 * Creates many new job schedulers with one command. BullMQ creates them one by one, each in 75 µs of the
 * server's CPU and 50 µs of this process's; the script takes 25 µs and 5 µs. It writes what BullMQ would,
 * with two omissions: no events, since the fleet reads none, and no order of jobs within one ms, since they
 * are for different keys.
 * @returns the keys to leave to BullMQ: keys with a job scheduler, or with a job that has the id of its first
 * job. All keys, if BullMQ has another version than KNOWN_VERSION, or if jobs are traced.
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
    // BullMQ runs a job without a phase immediately.
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

/** Traced jobs have further fields, which the script does not write. */
function canMakeNew({ opts }: Queue<JobData>, everyMs: number): boolean {
  return version === KNOWN_VERSION && opts.telemetry === undefined && Number.isSafeInteger(everyMs);
}

/** The first time after `now` with this phase in the interval, in ms since 1970, computed as BullMQ does. */
function nextRun(now: number, everyMs: number, phase: number): number {
  const next = Math.floor(now / everyMs) * everyMs + phase;
  return next > now ? next : next + everyMs;
}
