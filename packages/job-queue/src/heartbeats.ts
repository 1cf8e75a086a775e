import type { ProcessFacts } from '@redis-to-mongo/pipeline';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { NOW, Script } from './script.js';

/** What a process of the fleet reports about itself, every few seconds. */
export interface Heartbeat {
  readonly app: 'scheduler' | 'worker';
  /** `paused`: it pulls no jobs until its configuration is fixed. `standby`: another scheduler holds the lease. */
  readonly state: 'active' | 'standby' | 'paused';
  /** The code of the error that keeps it from its work. */
  readonly code?: string;
  /** Of a scheduler. */
  readonly changes?: ChangesHeard;
  /** Of the active scheduler: how long ago it was last sure to have missed no change, in ms. */
  readonly searchedMs?: number;
  /** Which process it is, and how it fares; one of an earlier version does not say. */
  readonly about?: ProcessFacts;
  /** Fingerprints of the options that all processes need to share, by name; one of an earlier version does not say. */
  readonly options?: Readonly<Record<string, string>>;
  /** How far its clock is ahead of that of the queue's Redis, in ms; negative: behind. Absent until the second heartbeat. */
  readonly clockAheadMs?: number;
  /** Of a worker. */
  readonly work?: WorkFacts;
}

/** What a worker is doing. */
export interface WorkFacts {
  /** Jobs that it runs now. */
  readonly jobs: number;
  /** Over the last seconds. */
  readonly entriesPerSec: number;
  readonly keysPerSec: number;
}

/** A process of the fleet, by its last heartbeat. */
export interface FleetProcess extends Heartbeat {
  /** Made up at its start. */
  readonly id: string;
  /** Since its last heartbeat, or since it has ended, in ms. */
  readonly silentMs: number;
  /** `dead`: it sent no heartbeat for DEAD_AFTER_SEC. `ended`: it said so itself. */
  readonly is: 'alive' | 'dead' | 'ended';
}

/** How a scheduler receives changes: Redis reports them, or all keys are polled, and why. */
export interface ChangesHeard {
  readonly by: 'feed' | 'polling' | 'connecting';
  /** Why keys are polled. */
  readonly why?: string;
}

/** A process that ended is listed for this long, in ms. */
export const GONE_MS = 600_000;

/** Where the heartbeats are: a hash of them by process, each behind the time of the queue's Redis. */
export function heartbeatKey(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:heartbeats`;
}

/** KEYS: heartbeats. ARGV: process, heartbeat, ms after which a silent process is forgotten. Answers the server's time. */
export const BEAT = new Script(`${NOW}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if now - tonumber(string.match(all[i + 1], '^%d+') or 0) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return string.format('%.0f', now)`);

/** KEYS: heartbeats. ARGV: process. Its last heartbeat stays, marked as that: a reader of an earlier version passes over it. */
export const END_BEAT = new Script(`${NOW}
local beat = redis.call('HGET', KEYS[1], ARGV[1])
local text = beat and string.match(beat, '^%d+ (.*)$')
if text then redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' -' .. text) end`);

/** KEYS: heartbeats, lease. Answers 1 if the lease is held, and of each process: id, ms since its heartbeat, the heartbeat. */
export const BEATS = new Script(`${NOW}
local all = redis.call('HGETALL', KEYS[1])
local beats = {}
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  if at then beats[#beats + 1] = {all[i], string.format('%.0f', now - tonumber(at)), text} end
end
return {redis.call('EXISTS', KEYS[2]), beats}`);

/** Reads what BEATS reports about a process; `undefined` for one that another version wrote in another form. */
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
  return (
    typeof value === 'object' &&
    value !== null &&
    'app' in value &&
    (value.app === 'scheduler' || value.app === 'worker') &&
    'state' in value &&
    (value.state === 'active' || value.state === 'standby' || value.state === 'paused') &&
    (!('code' in value) || typeof value.code === 'string') &&
    (!('options' in value) || isTexts(value.options)) &&
    (!('clockAheadMs' in value) || typeof value.clockAheadMs === 'number') &&
    (!('searchedMs' in value) || typeof value.searchedMs === 'number') &&
    (!('about' in value) || hasAll(value.about, ABOUT)) &&
    (!('work' in value) || hasAll(value.work, WORK)) &&
    (!('changes' in value) || isChangesHeard(value.changes))
  );
}

const ABOUT = {
  host: 'string',
  pid: 'number',
  version: 'string',
  uptimeSec: 'number',
  memoryBytes: 'number',
  eventLoopLagMs: 'number',
} as const satisfies Record<keyof ProcessFacts, string>;
const WORK = { jobs: 'number', entriesPerSec: 'number', keysPerSec: 'number' } as const satisfies Record<
  keyof WorkFacts,
  string
>;

function hasAll(value: unknown, types: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(types).every(([name, type]) => typeof fields.get(name) === type);
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string')
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
