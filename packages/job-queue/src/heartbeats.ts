import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/** What a process of the fleet tells of itself, every few seconds. */
export interface Heartbeat {
  readonly app: 'scheduler' | 'worker';
  /** `paused`: it pulls no jobs until its configuration is mended. `standby`: another scheduler holds the lease. */
  readonly state: 'active' | 'standby' | 'paused';
  /** The code of the error that keeps it from its work. */
  readonly code?: string;
  /** Of a scheduler. */
  readonly changes?: ChangesHeard;
  /** Of the scheduler in charge: how long ago it was last sure to have missed no change, in ms. */
  readonly searchedMs?: number;
}

/** How a scheduler hears of changes: Redis tells of them, or all keys are polled, and why. */
export interface ChangesHeard {
  readonly by: 'feed' | 'polling' | 'connecting';
  /** Why keys are polled. */
  readonly why?: string;
}

/** Time between two heartbeats of a process, in ms. */
export const HEARTBEAT_MS = 2_000;
/** A process that was silent for longer than this, in ms, counts as gone. */
export const ALIVE_MS = 10_000;

/** Where the heartbeats are: a hash of them by process, each behind the time of the queue's Redis. */
export function heartbeatKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:heartbeats`;
}

/** KEYS: heartbeats. ARGV: process, heartbeat, ms after which a silent process is forgotten. */
export const BEAT = new Script(`${NOW}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if now - tonumber(string.match(all[i + 1], '^%d+') or 0) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[i])
  end
end`);

/** KEYS: heartbeats, lease. ARGV: ms. Answers 1 if the lease is held, and the heartbeats of the last ms. */
export const ALIVE = new Script(`${NOW}
local alive = {}
for _, beat in ipairs(redis.call('HVALS', KEYS[1])) do
  local at, text = string.match(beat, '^(%d+) (.*)$')
  if at and now - tonumber(at) <= tonumber(ARGV[1]) then alive[#alive + 1] = text end
end
return {redis.call('EXISTS', KEYS[2]), alive}`);

/** Reads a heartbeat; `undefined` for one that another version wrote in another form. */
export function parseHeartbeat(text: string): Heartbeat | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHeartbeat(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHeartbeat(value: unknown): value is Heartbeat {
  return (
    typeof value === 'object' &&
    value !== null &&
    'app' in value &&
    (value.app === 'scheduler' || value.app === 'worker') &&
    'state' in value &&
    (value.state === 'active' || value.state === 'standby' || value.state === 'paused') &&
    (!('code' in value) || typeof value.code === 'string') &&
    (!('searchedMs' in value) || typeof value.searchedMs === 'number') &&
    (!('changes' in value) || isChangesHeard(value.changes))
  );
}

function isChangesHeard(value: unknown): value is ChangesHeard {
  return (
    typeof value === 'object' &&
    value !== null &&
    'by' in value &&
    (value.by === 'feed' || value.by === 'polling' || value.by === 'connecting') &&
    (!('why' in value) || typeof value.why === 'string')
  );
}
