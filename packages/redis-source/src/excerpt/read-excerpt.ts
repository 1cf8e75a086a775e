import { KEY_TYPE_ENTRIES } from '@redis-to-mongo/key-types';
import { type KeyType, keyBytes, SyncError } from '@redis-to-mongo/pipeline';
import { redisError } from '@redis-to-mongo/redis-connection';
import type { Redis } from 'ioredis';
import { KeysScript } from '../values/keys-script.js';
import { COMPARED_BYTES, HEAD_BYTES, type Piece } from './piece.js';

/** Maximum number of names and values read of one entry. */
export const MOST_PARTS = 100;

/** The excerpt of an entry, a member, a field or an item; or of a whole string or JSON text. */
export interface ExcerptItem {
  /** The id of an entry; otherwise empty. */
  readonly id: string;
  /** An entry's names and values in turn; member and score; field and value; otherwise one piece. */
  readonly parts: readonly Piece[];
  /** Number of all parts: an entry with more than MOST_PARTS parts is cut. */
  readonly count: number;
}

/** Some entries or items of a key, as Redis holds them. */
export interface SourceExcerpt {
  /** Number of all entries, members, fields or items; for a string or a JSON text, of bytes. */
  readonly size: number;
  readonly items: readonly ExcerptItem[];
  /**
   * The result for each name that was looked up: its value or score, or the member itself; `undefined` if it
   * is missing; `refused` if the user may not look it up.
   */
  readonly asked: readonly (Piece | 'refused' | undefined)[];
}

/**
 * The last entries of a stream, the newest first, or the first members, fields or items of a value, each cut
 * by the server, so that nothing large is sent.
 * @param names members or fields to look up, too.
 * @throws SyncError as redisError, also if the key has another type.
 */
export async function readExcerpt(
  redis: Redis,
  key: string,
  keyType: KeyType,
  limit: number,
  names: readonly Buffer[] = [],
): Promise<SourceExcerpt> {
  const script = new KeysScript(redis, EXCERPT_SCRIPT);
  const numbers = [limit, HEAD_BYTES, COMPARED_BYTES, MOST_PARTS].map(String);
  try {
    const [reply] = await script.run([[keyBytes(key)]], [keyType, ...numbers, ...names]);
    if (reply instanceof Error) throw reply;
    const [size, items, asked] = listOf(reply);
    return {
      size: Number(size),
      items: listOf(items).map(itemOf),
      asked: listOf(asked).map(
        (found) => listOf(found).map((each) => (Array.isArray(each) ? asPiece(each) : 'refused'))[0],
      ),
    };
  } catch (error) {
    throw redisError(error);
  }
}

function itemOf(reply: unknown): ExcerptItem {
  const [id, count, parts] = listOf(reply);
  return { id: String(id), count: Number(count), parts: listOf(parts).map(asPiece) };
}

function asPiece(reply: unknown): Piece {
  const [bytes, head, digest] = listOf(reply);
  if (!Buffer.isBuffer(head)) throw unexpected();
  return { bytes: Number(bytes), head, digest: String(digest) };
}

function listOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected();
}

function unexpected(): SyncError {
  return new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: the reply is not what the script answers');
}

/** The Lua readers by key type, as each type declares them. */
const READERS = KEY_TYPE_ENTRIES.map(
  ({ names, excerpt }) => `['${names.keyType}'] = function()\n    ${excerpt.lua}\n  end,`,
).join('\n');

/**
 * A script that reads the beginning of a key, and cuts each part before it is sent.
 * KEYS: the key.
 * ARGV: its key type, the maximum number of items, the number of bytes shown of a part, the number of bytes
 * compared, the maximum number of parts of an entry, then the names (members, fields) to look up.
 * Returns the size of the whole, the items, and the result for each name: its piece, nothing if it is
 * missing, or a word if the user may not look it up.
 */
const EXCERPT_SCRIPT = `
local key, kind = KEYS[1], ARGV[1]
local limit, head, compared, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local size, items, asked = 0, {}, {}

local function piece(text, bytes)
  return {bytes or #text, string.sub(text, 1, head), redis.sha1hex(string.sub(text, 1, compared))}
end

local function add(id, parts)
  local pieces = {}
  for i = 1, math.min(#parts, most) do pieces[i] = piece(parts[i]) end
  items[#items + 1] = {id, #parts, pieces}
end

-- A step may give more than was asked for, or nothing.
local function scan(command, arity)
  local cursor = '0'
  for _ = 1, 100 do
    local page = redis.call(command, key, cursor, 'COUNT', limit)
    for i = 1, #page[2], arity do
      if #items < limit then add('', {unpack(page[2], i, i + arity - 1)}) end
    end
    cursor = page[1]
    if cursor == '0' or #items >= limit then return end
  end
end

local function whole(text, bytes)
  size = bytes or #text
  items[1] = {'', 1, {piece(text, bytes)}}
end

local readers = {
${READERS}
}

local lookUp = readers[kind]()
for i = 6, #ARGV do
  local found = lookUp and lookUp(ARGV[i])
  if type(found) == 'table' then asked[i - 5] = {'refused'}
  elseif not found or found == 0 then asked[i - 5] = {}
  else asked[i - 5] = {piece(found)} end
end
return {size, items, asked}`;
