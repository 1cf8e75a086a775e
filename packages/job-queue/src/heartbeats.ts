import { isObject, type ProcessFacts } from '@redis-to-mongo/pipeline';
import type { ReachedServers } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/** Clock differences below this, in ms, do not affect any verdict. */
export const CLOCK_TOLERANCE_MS = 3_000;

/** The report of a process about itself, sent every few seconds. */
export interface Heartbeat {
  readonly app: 'scheduler' | 'worker';
  /**
   * `paused`: it pulls no jobs until its configuration is fixed. `standby`: another scheduler holds the
   * lease.
   */
  readonly state: 'active' | 'standby' | 'paused';
  /** The code of the error that keeps the process from working. */
  readonly code?: string;
  /** Why, in the fleet's own words: set by a scheduler that is not of this fleet any more. */
  readonly why?: string;
  /** Set by schedulers. */
  readonly changes?: ChangesHeard;
  /**
   * Set by the active scheduler: ms since it was last sure to have missed no change. If it polls, that is the
   * beginning of its last round.
   */
  readonly searchedMs?: number;
  /** Host, pid, version, uptime and load of the process. Processes of earlier versions omit it. */
  readonly about?: ProcessFacts;
  /**
   * Fingerprints of the options that must be equal in all processes, by name. Processes of earlier versions
   * omit it.
   */
  readonly options?: Readonly<Record<string, string>>;
  /**
   * How far the process's clock is ahead of the clock of the queue's Redis, in ms; negative if it is behind.
   * Absent until the second heartbeat.
   */
  readonly clockAheadMs?: number;
  /** The source servers that the process reads. Processes of earlier versions omit it. */
  readonly source?: ReachedServers;
  /** Set by workers. */
  readonly work?: WorkFacts;
  /** Set by workers: the transient error that the worker is retrying. */
  readonly retrying?: RetryFacts;
}

/** A transient error that a worker is retrying. */
export interface RetryFacts {
  readonly code: string;
  /** The error in the fleet's own words. */
  readonly message: string;
  readonly forMs: number;
}

/** What a worker is doing. */
export interface WorkFacts {
  /** Jobs that it runs now. */
  readonly jobs: number;
  /** Average over the last few seconds. */
  readonly entriesPerSec: number;
  readonly keysPerSec: number;
}

/** A process of the fleet, according to its last heartbeat. */
export interface FleetProcess extends Heartbeat {
  /** Random, chosen when the process started. */
  readonly id: string;
  /** Ms since its last heartbeat, or since it reported its end. */
  readonly silentMs: number;
  /** `dead`: no heartbeat for DEAD_AFTER_SEC. `ended`: the process reported its end. */
  readonly is: 'alive' | 'dead' | 'ended';
}

/** How a scheduler receives changes: Redis reports them, or the scheduler polls all keys, with the reason. */
export interface ChangesHeard {
  readonly by: 'feed' | 'polling' | 'connecting';
  /** Why the scheduler polls. */
  readonly why?: string;
  /** While the scheduler polls: how old its last round can be when the next one has ended, in ms. */
  readonly everyMs?: number;
}

/** A process that ended is listed for this long, in ms. */
export const GONE_MS = 600_000;

/** A worker has just left for this long, in ms: longer than until a sweep begins. */
const JUST_LEFT_MS = 5_000;

/** Whether the process is a worker that ended, or was found dead, a moment ago. */
export function hasJustLeft({ app, is, silentMs }: FleetProcess, deadAfterMs: number): boolean {
  const agoMs = is === 'dead' ? silentMs - deadAfterMs : silentMs;
  return app === 'worker' && is !== 'alive' && agoMs < JUST_LEFT_MS;
}

/**
 * The Redis key of the heartbeats: a hash of process → time by the queue's Redis, a space, the heartbeat as
 * JSON.
 */
export function heartbeatKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:heartbeats`;
}

/**
 * Lua that sets `all`, the heartbeats. A heartbeat of a time to come is from before the clock was set back. It
 * counts as one of now; otherwise, a process that has died would count as alive until that time.
 */
const ALL = `${NOW}
local all = redis.call('HGETALL', KEYS[1])
for i = 2, #all, 2 do
  local at, rest = string.match(all[i], '^(%d+)(.*)$')
  if at and tonumber(at) > now then
    all[i] = string.format('%.0f', now) .. rest
    redis.pcall('HSET', KEYS[1], all[i - 1], all[i]) -- refused while memory is full: then by a later reading
  end
end`;

/**
 * KEYS: heartbeats. ARGV: process, heartbeat, ms after which a silent process is forgotten. Answers the
 * server's time.
 */
export const BEAT = new Script(`${ALL}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
for i = 1, #all, 2 do
  if now - tonumber(string.match(all[i + 1], '^%d+') or 0) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return string.format('%.0f', now)`);

/**
 * KEYS: heartbeats. ARGV: process. Keeps the process's last heartbeat and marks it as ended with a `-`.
 * Readers of earlier versions skip it.
 */
export const END_BEAT = new Script(`${NOW}
local beat = redis.call('HGET', KEYS[1], ARGV[1])
local text = beat and string.match(beat, '^%d+ (.*)$')
if text then redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' -' .. text) end`);

/**
 * KEYS: heartbeats, lease. Answers 1 if the lease is held, and for each process: id, ms since its heartbeat,
 * the heartbeat.
 */
export const BEATS = new Script(`${ALL}
local beats = {}
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  if at then beats[#beats + 1] = {all[i], string.format('%.0f', now - tonumber(at)), text} end
end
return {redis.call('EXISTS', KEYS[2]), beats}`);

/**
 * Parses what BEATS reports about a process; `undefined` if another version wrote the heartbeat in another
 * form.
 */
export function parseBeat(reply: unknown, deadAfterMs: number): FleetProcess | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [id, ms, text] = reply.map(String);
  const isEnded = text?.startsWith('-') === true;
  const heartbeat = parseHeartbeat(isEnded ? (text?.slice(1) ?? '') : (text ?? ''));
  if (!heartbeat || id === undefined) return undefined;
  const silentMs = Number(ms);
  const { searchedMs } = heartbeat;
  const now = searchedMs === undefined ? {} : { searchedMs: searchedMs + silentMs };
  return {
    ...heartbeat,
    ...now,
    id,
    silentMs,
    is: isEnded ? 'ended' : silentMs > deadAfterMs ? 'dead' : 'alive',
  };
}

function parseHeartbeat(text: string): Heartbeat | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHeartbeat(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHeartbeat(value: unknown): value is Heartbeat {
  return HEARTBEAT(value);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const areTexts: Check = (value) => isObject(value) && Object.values(value).every(isText);
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);

function oneOf(...words: readonly unknown[]): Check {
  return (value) => words.includes(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** Accepts objects with these fields. Further fields do not matter. */
function all(fields: Readonly<Record<string, Check>>): Check {
  return (value) => isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
}

const HEARTBEAT = all({
  app: oneOf('scheduler', 'worker'),
  state: oneOf('active', 'standby', 'paused'),
  code: optional(isText),
  why: optional(isText),
  options: optional(areTexts),
  clockAheadMs: optional(isNumber),
  searchedMs: optional(isNumber),
  source: optional(
    all({ servers: isTextList, movedMs: optional(isNumber) } satisfies Record<keyof ReachedServers, Check>),
  ),
  about: optional(
    all({
      ...{ host: isText, pid: isNumber, version: isText },
      ...{ uptimeSec: isNumber, memoryBytes: isNumber, eventLoopLagMs: isNumber },
    } satisfies Record<keyof ProcessFacts, Check>),
  ),
  work: optional(
    all({ jobs: isNumber, entriesPerSec: isNumber, keysPerSec: isNumber } satisfies Record<
      keyof WorkFacts,
      Check
    >),
  ),
  retrying: optional(
    all({ code: isText, message: isText, forMs: isNumber } satisfies Record<keyof RetryFacts, Check>),
  ),
  changes: optional(
    all({
      ...{ by: oneOf('feed', 'polling', 'connecting'), why: optional(isText), everyMs: optional(isNumber) },
    } satisfies Record<keyof ChangesHeard, Check>),
  ),
} satisfies Record<keyof Heartbeat, Check>);
