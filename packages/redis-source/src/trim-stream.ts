import { createHash } from 'node:crypto';
import { keyBytes, storedText } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { digestOf } from './streams/entry-digest.js';
import type { StreamPosition } from './streams/stream-account.js';

/** Whether entries are removed or only counted, and which entries stay. */
export interface TrimOptions {
  readonly mode: 'dry-run' | 'on';
  /** Number of the newest entries that stay, even if they are in MongoDB. */
  readonly keepEntries: number;
  /** Entries younger than this stay, in ms. */
  readonly keepMs: number;
}

/** The last entry that is saved as synced. The digest is empty if it is not known. */
export type SyncedEntry = Pick<StreamPosition, 'entryId' | 'digest'>;

/**
 * Maximum number of entries that one script reads: Redis serves no other client meanwhile. A dry run is one
 * script.
 */
const STEP = { on: 1_000, 'dry-run': 10_000 } as const;

/** The result of trimming one stream. */
export interface TrimReport {
  /** Number of entries freed; in a dry run, of entries that would be freed (counted up to 10,000). */
  readonly freed: number;
  /** Whether the trim left entries that it should have freed. */
  readonly isIncomplete: boolean;
}

/**
 * KEYS: the stream.
 * ARGV: the synced id, the age to keep in ms, the number of entries to keep, the mode, the time in ms since
 * 1970 (for a user that may not run TIME), the proof of the synced entry, the maximum number of entries to
 * read.
 * The bound is the lowest of: the synced id, the id by age (by the server's clock, as ids are), the oldest of
 * the entries to keep, and for each consumer group its last delivered id and its oldest pending entry. MINID
 * removes entries below the bound, so the entry at the bound stays. One script runs at one instant: no group
 * can be created between the check and the trim. One script frees at most 10,000 entries, in whole nodes of the
 * stream (`~`; of 100 entries by default), and the last one what is left in the last node.
 * Returns the number of entries freed, 1 if entries below the bound are left, and 1 if there may be more to
 * free.
 */
const TRIM = `
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)%-?(%d*)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end
local bound = ARGV[1]
local function lower(id)
  if id and parts(id) < parts(bound) then bound = id end
end
local time = redis.pcall('TIME')
local now = time.err and tonumber(ARGV[5]) or time[1] * 1000 + math.floor(time[2] / 1000)
lower(string.format('%.0f-0', math.max(0, now - tonumber(ARGV[2]))))
-- A stream that was made anew since, or that came by a RENAME: its entries are not in MongoDB, whatever their ids.
if ARGV[6] ~= '' then
  local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
  local framed = {}
  for i, part in ipairs(entry and entry[2] or {}) do framed[i] = #part .. ':' .. part end
  if redis.sha1hex(table.concat(framed)) ~= ARGV[6] then return {0, 0} end
end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' and parts(info[i + 1]) < parts(ARGV[1]) then return {0, 0} end
end
local keep, step, more = tonumber(ARGV[3]), tonumber(ARGV[7]), 0
if keep > 0 then
  local extra = redis.call('XLEN', KEYS[1]) - keep
  if extra <= 0 then return {0, 0} end
  local read
  if keep <= extra and keep <= step then
    read = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', keep)
  else
    read = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', math.min(extra, step) + 1)
    if extra > step then more = 1 end
  end
  lower(read[#read][1])
end
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local fields = {}
  for i = 1, #group, 2 do fields[group[i]] = group[i + 1] end
  lower(fields['last-delivered-id'])
  if fields['pending'] > 0 then lower(redis.call('XPENDING', KEYS[1], fields['name'])[2]) end
end
if parts(bound) == parts('0-0') then return {0, 0} end
if ARGV[4] ~= 'on' then
  return {#redis.call('XRANGE', KEYS[1], '-', '(' .. bound, 'COUNT', step), 0}
end
local freed = redis.call('XTRIM', KEYS[1], 'MINID', '~', bound, 'LIMIT', 10000)
if freed > 0 then return {freed, 0, 1} end
freed = redis.call('XTRIM', KEYS[1], 'MINID', bound)
local left = redis.call('XRANGE', KEYS[1], '-', '(' .. bound, 'COUNT', 1)
return {freed, #left, more}`;

/**
 * Trims entries of a stream that are durable in MongoDB: those below the synced entry, except for entries
 * kept by count and age, and never entries that a consumer group has not received and acknowledged. Needs
 * Redis 6.2 (MINID). A stream that does not hold the synced entry with the same content is left alone: it may
 * be another stream now.
 * Source: https://redis.io/docs/latest/commands/xtrim/
 * @param synced the last saved entry, never one that was only read.
 * @throws SyncError as redisError.
 */
export async function trimStream(
  redis: Redis,
  keyId: string,
  synced: SyncedEntry,
  { mode, keepEntries, keepMs }: TrimOptions,
): Promise<TrimReport> {
  const key = keyBytes(keyId);
  const { entryId } = synced;
  try {
    const proof = synced.digest === '' ? '' : await proofOf(redis, key, synced);
    if (proof === undefined) return { freed: 0, isIncomplete: false };
    const args = [entryId, keepMs, keepEntries, mode, Date.now(), proof, STEP[mode]];
    for (let freed = 0; ; ) {
      const reply: unknown = await redis.eval(TRIM, 1, key, ...args);
      const [some, left, more] = (Array.isArray(reply) ? reply : []).map(Number);
      freed += some ?? 0;
      if (!some || !more) return { freed, isIncomplete: Boolean(left) };
    }
  } catch (error) {
    throw redisError(error);
  }
}

/**
 * The hash by which the script recognizes the entry; `undefined` if the entry is missing or has other
 * content.
 */
async function proofOf(
  redis: Redis,
  key: Buffer,
  { entryId, digest }: SyncedEntry,
): Promise<string | undefined> {
  const [entry] = await redis.xrangeBuffer(key, entryId, entryId);
  const flat = entry?.[1];
  if (!flat || digestOf([entryId, flat.map(storedText)]) !== digest) return undefined;
  const sha = createHash('sha1');
  for (const part of flat) sha.update(`${part.length}:`).update(part);
  return sha.digest('hex');
}
